package io.dualwrite.reconciler.backfill.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose the file of bad records is. */
class SetAsideFileTest {
  private static final List<String> COLUMNS = List.of("id");

  @TempDir private Path directory;

  private Path path() {
    return directory.resolve("bad.csv");
  }

  private static SourceFile file(String name) {
    return new SourceFile("/data/" + name, FileFormat.CSV, 1, "today");
  }

  private static void add(SetAsideFile to, String name, String text) {
    to.add(file(name), new Unreadable(7, "broken", text));
  }

  private SetAsideFile goOn(String name, long length) {
    return SetAsideFile.goOn(path(), COLUMNS, List.of(file(name)), length);
  }

  @Test
  void oneLoadAtATimeHasIt() throws IOException {
    try (SetAsideFile first = SetAsideFile.begin(path(), COLUMNS)) {
      assertThatThrownBy(() -> SetAsideFile.begin(path(), COLUMNS))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("bad.csv is in use by another load");
      assertThatThrownBy(() -> goOn("b.csv", 0))
          .hasMessageContaining("bad.csv is in use by another load");

      add(first, "a.csv", "1");
      first.kept(first.force());

      assertThatThrownBy(() -> SetAsideFile.begin(path(), COLUMNS))
          .hasMessageContaining("bad.csv exists");
    }
    assertThat(Files.readAllLines(path())).hasSize(2);
  }

  @Test
  void oneWithNothingInItIsNotLeft() {
    SetAsideFile.begin(path(), COLUMNS).close();

    assertThat(path()).doesNotExist();
  }

  @Test
  void whatAKilledLoadHasLeftEmptyIsTaken() throws IOException {
    Files.createFile(path());

    try (SetAsideFile file = SetAsideFile.begin(path(), COLUMNS)) {
      add(file, "a.csv", "1");
      file.force();
    }

    assertThat(Files.readAllLines(path())).hasSize(2);
  }

  @Test
  void itsOwnerAloneMayReadIt() throws IOException {
    try (SetAsideFile file = SetAsideFile.begin(path(), COLUMNS)) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.path())))
          .isEqualTo("rw-------");
    }
  }

  @Test
  void whatNoBatchHasKeptIsCutOff() throws IOException {
    long kept;
    try (SetAsideFile file = SetAsideFile.begin(path(), COLUMNS)) {
      add(file, "a.csv", "1");
      kept = file.force();
      file.kept(kept);
      add(file, "a.csv", "2");
      file.force();
    }

    goOn("a.csv", kept).close();

    assertThat(Files.readAllLines(path())).hasSize(2);
  }

  @Test
  void anotherLoadsFileIsNeverCutOff() throws IOException {
    try (SetAsideFile file = SetAsideFile.begin(path(), COLUMNS)) {
      add(file, "b.csv", "1");
      file.force();
    }
    byte[] before = Files.readAllBytes(path());

    assertThatThrownBy(() -> goOn("a.csv", 0))
        .hasMessageContaining("is not the file of the interrupted load");

    assertThat(Files.readAllBytes(path())).isEqualTo(before);
  }

  @Test
  void aFirstLineThatWasBrokenOffIsItsOwn() throws IOException {
    try (SetAsideFile file = SetAsideFile.begin(path(), COLUMNS)) {
      add(file, "a.csv", "1");
      file.force();
    }
    byte[] whole = Files.readAllBytes(path());
    for (int length : List.of(1, 20, whole.length - 10)) {
      Files.write(path(), java.util.Arrays.copyOf(whole, length));
      try (SetAsideFile file = goOn("a.csv", 0)) {
        add(file, "a.csv", "1");
        file.force();
      }
      assertThat(Files.readAllBytes(path())).isEqualTo(whole);
    }
  }
}
