package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.reconciler.backfill.BackfillProgress;
import io.dualwrite.reconciler.backfill.file.Absent;
import io.dualwrite.reconciler.backfill.file.Counts;
import io.dualwrite.reconciler.backfill.file.FileBackfill;
import io.dualwrite.reconciler.backfill.file.FileBackfillOptions;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that break off, are damaged, or are hardly what they are said to be. */
@WithDatabases
class DamagedFilesTest {
  @TempDir private Path directory;
  private final TwoDatabases two;

  DamagedFilesTest(TestDatabases dbs) {
    this.two = new TwoDatabases(dbs);
  }

  @BeforeEach
  void init() throws SQLException {
    two.reconciler.init();
    two.both("create table lines (id int primary key, t text)");
  }

  private FileBackfillOptions options(Path... files) {
    return FileBackfillOptions.of(
            "public.lines", List.of(files).stream().map(Path::toString).toList())
        .absent(Absent.INSERT)
        .setAside(Optional.of(directory.resolve("bad.csv")));
  }

  private FileBackfill load(FileBackfillOptions options) {
    return two.reconciler.backfill(options, BackfillProgress.NONE);
  }

  private static byte[] gzip(int lines) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(bytes)) {
      out.write("id,t\n".getBytes(StandardCharsets.UTF_8));
      for (int i = 0; i < lines; i++) {
        out.write((i + ",line " + i + "\n").getBytes(StandardCharsets.UTF_8));
      }
    }
    return bytes.toByteArray();
  }

  @Test
  void nothingIsLoadedIfOneOfTheFilesBreaksOff() throws Exception {
    byte[] bytes = gzip(2_000);
    Path whole = Files.write(directory.resolve("A.CSV.GZ"), bytes);
    Path broken =
        Files.write(directory.resolve("b.csv.gz"), Arrays.copyOf(bytes, bytes.length - 1_000));

    assertThatThrownBy(() -> load(options(whole, broken)))
        .isInstanceOf(ReconcilerException.class)
        .hasMessageContaining("b.csv.gz breaks off");
    assertThatThrownBy(() -> two.reconciler.planBackfill(options(whole, broken)))
        .hasMessageContaining("b.csv.gz breaks off");

    assertThat(two.dbs.queryValue(two.dbs.target(), "select count(*) from lines")).isEqualTo("0");
    assertThat(two.dbs.queryValue(two.dbs.target(), "select count(*) from dualwrite.runs"))
        .isEqualTo("0");
    assertThat(load(options(whole)).counts().inserted()).isEqualTo(2_000);
  }

  @Test
  void manyLinesAreSetAsideAndNoRecordIsLost() throws Exception {
    StringBuilder lines = new StringBuilder("id,t\n");
    for (int i = 0; i < 60_000; i++) {
      lines.append(i % 100 == 0 ? i + ",good\n" : "short of its second value\n");
    }
    Path file = Files.writeString(directory.resolve("a.csv"), lines);

    FileBackfill load = load(options(file));

    assertThat(load.counts()).isEqualTo(new Counts(0, 600, 0, 0, 0, 59_400));
    assertThat(Files.readAllLines(directory.resolve("bad.csv")))
        .hasSize(59_401)
        .doesNotHaveDuplicates();
  }

  @Test
  void aFileThatIsRemovedEndsTheLoad() throws Exception {
    Path file = Files.writeString(directory.resolve("a.csv"), "id,t\n1,x\n");
    Path real = file.toRealPath();
    BackfillProgress removes =
        new BackfillProgress() {
          @Override
          public void advance(String table, long rows) {
            if (rows > 0) {
              assertThat(file.toFile().delete()).isTrue();
            }
          }
        };

    FileBackfill load = two.reconciler.backfill(options(file), removes);

    assertThat(load.problem()).hasValue(real + " was removed while it was loaded");
    assertThat(load.counts().inserted()).isEqualTo(1);
  }

  @Test
  void theTableMayBeCalledOtherwiseWhenALoadGoesOn() throws Exception {
    Path file = Files.writeString(directory.resolve("a.csv"), "id,t\n1,x\n2,y\n");
    BackfillProgress stops =
        new BackfillProgress() {
          @Override
          public void advance(String table, long rows) {
            if (rows > 0) {
              throw new IllegalStateException("stopped");
            }
          }
        };
    FileBackfillOptions options = options(file).batchRows(1);
    assertThatThrownBy(() -> two.reconciler.backfill(options.table("lines"), stops))
        .hasMessageContaining("stopped");

    FileBackfill load = load(options.resume(true));

    assertThat(load.resumed()).as(load.toString()).isTrue();
    assertThat(load.recordsBefore()).isEqualTo(1);
    assertThat(load.counts().inserted()).isEqualTo(2);
  }

  /** The file is the other process' then. */
  @Test
  void whoWasTakenOverSetsNothingAside() throws Exception {
    Path file = Files.writeString(directory.resolve("a.csv"), "id,t\nx,1\ny,2\nz,3\n");
    Path bad = directory.resolve("bad.csv");
    List<String> then = new ArrayList<>();
    BackfillProgress takesOver =
        new BackfillProgress() {
          @Override
          public void advance(String table, long rows) {
            if (rows > 0 && then.isEmpty()) {
              try {
                two.target("update dualwrite.runs set holder = 'another'");
                then.addAll(Files.readAllLines(bad));
              } catch (SQLException | IOException e) {
                throw new IllegalStateException(e);
              }
            }
          }
        };

    FileBackfill load = two.reconciler.backfill(options(file).batchRows(1), takesOver);

    assertThat(load.problem()).isPresent();
    assertThat(load.counts().bad()).isEqualTo(1);
    assertThat(then).hasSize(2);
    assertThat(Files.readAllLines(bad)).isEqualTo(then);
  }
}
