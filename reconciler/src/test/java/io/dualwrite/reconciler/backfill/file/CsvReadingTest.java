package io.dualwrite.reconciler.backfill.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.FailurePolicy;
import io.dualwrite.jdbc.schema.Column;
import io.dualwrite.jdbc.schema.ColumnPair;
import io.dualwrite.jdbc.schema.Table;
import io.dualwrite.jdbc.schema.TableName;
import io.dualwrite.jdbc.schema.TablePair;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What comes out of CSV files of any size. */
class CsvReadingTest {
  private static final List<ColumnPair> COLUMNS =
      List.of("id", "a", "b").stream().map(CsvReadingTest::pair).toList();

  @TempDir private Path directory;

  private static ColumnPair pair(String name) {
    Column column = new Column(name, "text", "text", 'b', false, Column.Generation.NONE, true);
    return new ColumnPair(column, column);
  }

  private static FileReading reading(Engine engine) {
    Table table =
        new Table(
            new TableName("public", "t"),
            1,
            false,
            COLUMNS.stream().map(ColumnPair::source).toList(),
            List.of(),
            List.of(),
            Optional.empty(),
            false,
            List.of(),
            false);
    TablePair pair =
        new TablePair(
            table,
            table,
            COLUMNS,
            COLUMNS.subList(0, 1),
            Optional.empty(),
            false,
            FailurePolicy.RECOVER);
    return new FileReading(engine, pair, CsvForm.DEFAULT);
  }

  private static RecordCursor open(Engine engine, Path file) {
    List<FileColumn> columns =
        IntStream.range(0, COLUMNS.size())
            .mapToObj(i -> new FileColumn(COLUMNS.get(i), i, "c" + i, "VARCHAR"))
            .toList();
    return reading(engine)
        .open(SourceFiles.localFile(file.toString(), FileFormat.CSV), columns, COLUMNS.size());
  }

  private static List<Unreadable> unreadable(RecordCursor cursor) {
    List<Unreadable> found = new ArrayList<>();
    cursor.unreadable(found::add);
    return found;
  }

  private Path lines(String name, String header, int count, String line) throws IOException {
    Path file = directory.resolve(name);
    try (Writer out = Files.newBufferedWriter(file)) {
      out.write(header + "\n");
      for (int i = 0; i < count; i++) {
        out.write(line + "\n");
      }
    }
    return file;
  }

  @Test
  void linesThatAreNoRecordsComeAsTheyAre() throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("a.tsv"),
            "id\ta\tb\r\n\t two \t\r\n \tone\r\n\r\n1\t\"x\"y\t\"z\"y\r\n");

    try (Engine engine = Engine.open();
        RecordCursor cursor = open(engine, file)) {
      assertThat(cursor.next(10, 1_000)).hasSize(1);
      assertThat(unreadable(cursor))
          .extracting(Unreadable::text)
          .containsExactly(" \tone", "1\t\"x\"y\t\"z\"y");
    }
  }

  @Test
  void manyLinesThatAreNoRecordsComeInTheirOrder() throws IOException {
    Path file = lines("a.csv", "id,a,b", 190_000, "some,text of a line that is short of a value");

    try (Engine engine = Engine.open();
        RecordCursor cursor = open(engine, file)) {
      assertThat(cursor.next(10, 1_000)).isEmpty();
      List<Unreadable> found = unreadable(cursor);
      assertThat(found).hasSize(190_000);
      assertThat(found.stream().map(Unreadable::at).toList()).isSorted().doesNotHaveDuplicates();
    }
  }

  @Test
  void tooManyLinesThatAreNoRecordsAreRefusedInWords() throws IOException {
    Path file =
        lines("a.csv", "id,a,b", 1_500_000, "1,some text of a line that is short of a value");

    try (Engine engine = Engine.open();
        RecordCursor cursor = open(engine, file)) {
      assertThat(cursor.next(10, 1_000)).isEmpty();
      assertThatThrownBy(() -> unreadable(cursor))
          .isInstanceOf(FileReadException.class)
          .hasMessageContaining("more than 200,000 lines of " + file.toRealPath())
          .hasMessageContaining("are delimiter, quote and encoding right?");
    }
  }

  @Test
  void linesTooLongToBeHeldAreRefusedInWords() throws IOException {
    Path file = lines("a.csv", "id,a,b", 60, "1," + "x".repeat(6_000_000));

    try (Engine engine = Engine.open()) {
      assertThatThrownBy(
              () -> {
                try (RecordCursor cursor = open(engine, file)) {
                  cursor.next(10, 1_000);
                  unreadable(cursor);
                }
              })
          .isInstanceOf(FileReadException.class)
          .hasMessageContaining("too many or too long")
          .hasMessageNotContaining("xxx");
    }
  }

  /** Nothing in a value is taken for a record, wherever in the file it is. */
  @Test
  void whatLooksLikeARecordWithinAValueIsNone() throws IOException {
    String value = "-1,x,y\n".repeat(40_000);
    Path file = directory.resolve("large.csv");
    int records = 130;
    try (Writer out = Files.newBufferedWriter(file)) {
      out.write("id,a,b\n");
      for (int i = 1; i <= records; i++) {
        out.write(i + ",\"" + value + "\",z\n");
      }
    }
    assertThat(Files.size(file)).isGreaterThan(36_000_000);

    try (Engine engine = Engine.open();
        RecordCursor cursor = open(engine, file)) {
      long read = 0;
      List<FileRecord> batch = cursor.next(10, 4_000_000);
      while (!batch.isEmpty()) {
        for (FileRecord each : batch) {
          assertThat(each.values().get(0)).isEqualTo(String.valueOf(++read));
          assertThat(value.equals(each.values().get(1))).isTrue();
        }
        batch = cursor.next(10, 4_000_000);
      }
      assertThat(read).isEqualTo(records);
      assertThat(unreadable(cursor)).isEmpty();
    }
  }
}
