package io.dualwrite.jdbc.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.jdbc.capture.LoadFormat.Kind;
import io.dualwrite.jdbc.schema.Column;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Keys that are kept until a load ends, in memory and in a temporary file. */
class LoadedKeysTest {
  private static final List<Column> KEY = List.of(column("a"), column("b"));

  private static Column column(String name) {
    return new Column(name, "text", "text", 'b', true, Column.Generation.NONE, true);
  }

  private static LoadedKeys keys(KeptBytes kept) {
    return new LoadedKeys(KEY, Kind.TEXT, StandardCharsets.UTF_8, false, kept);
  }

  private static void add(LoadedKeys keys, int from, int to) {
    for (int i = from; i < to; i++) {
      keys.add("a" + i, "é".repeat(i % 3));
    }
  }

  @Test
  void allComeBackInOrderFromAFile() throws Exception {
    try (LoadedKeys keys = keys(new KeptBytes(1000))) {
      add(keys, 0, 50_000);
      List<String> first = new ArrayList<>();
      List<String> second = new ArrayList<>();
      keys.forEach(
          7_000,
          byColumn -> {
            assertThat(byColumn.get(0)).hasSizeLessThanOrEqualTo(7_000);
            first.addAll(byColumn.get(0));
            second.addAll(byColumn.get(1));
          });
      assertThat(first).hasSize(50_000).endsWith("a49998", "a49999");
      assertThat(second).hasSize(50_000).startsWith("", "é", "éé", "").endsWith("éé", "", "é");
    }
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void nothingLiesAboutOfALoadThatIsAbandoned() throws Exception {
    LoadedKeys abandoned = keys(new KeptBytes(1000));
    add(abandoned, 0, 50_000);
    assertThat(abandoned.readable()).isTrue();
    try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      assertThat(files.map(Path::getFileName).map(Path::toString))
          .noneMatch(name -> name.startsWith("dualwrite") && name.endsWith(".keys"));
    }
    abandoned.close();
  }

  @Test
  void aFileThatCannotBeWrittenSaysNoKeys() throws Exception {
    KeptBytes kept = new KeptBytes(10);
    LoadedKeys keys = keys(kept);
    add(keys, 0, 10);
    kept.close();
    add(keys, 10, 20_000);
    assertThat(keys.readable()).isFalse();
    assertThatThrownBy(() -> keys.forEach(10, byColumn -> {})).isInstanceOf(SQLException.class);
  }

  @Test
  void aKeyThatIsCutShortIsAnErrorAndNoShorterKey() throws IOException {
    byte[] whole = {0, 0, 0, 3, 'a', 'b', 'c'};
    assertThat(LoadedKeys.text(in(whole, 7))).isEqualTo("abc");
    assertThatThrownBy(() -> LoadedKeys.text(in(whole, 6))).isInstanceOf(EOFException.class);
  }

  private static DataInputStream in(byte[] bytes, int length) {
    return new DataInputStream(new ByteArrayInputStream(bytes, 0, length));
  }
}
