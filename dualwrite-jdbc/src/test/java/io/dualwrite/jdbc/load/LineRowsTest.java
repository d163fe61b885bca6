package io.dualwrite.jdbc.load;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.capture.LoadFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Where rows and data end in the text and the CSV format. */
class LineRowsTest {
  private static LoadFormat format(LoadFormat.Kind kind, char delimiter, String nullText) {
    return new LoadFormat(kind, delimiter, nullText, null, false, '"', '"', null, Set.of());
  }

  private static List<String> text(String data, int... wanted) {
    List<String> rows = new ArrayList<>();
    feed(
        new TextRows(
            format(LoadFormat.Kind.TEXT, '\t', "\\N"), UTF_8, wanted, row -> add(rows, row)),
        data);
    return rows;
  }

  private static List<String> csv(String data, int... wanted) {
    List<String> rows = new ArrayList<>();
    feed(
        new CsvRows(format(LoadFormat.Kind.CSV, ',', ""), UTF_8, wanted, row -> add(rows, row)),
        data);
    return rows;
  }

  private static void feed(RowReader reader, String data) {
    for (byte b : data.getBytes(UTF_8)) {
      reader.read(new byte[] {b}, 0, 1);
    }
    reader.end();
  }

  private static void add(List<String> rows, byte[][] row) {
    StringBuilder text = new StringBuilder();
    for (byte[] field : row) {
      text.append('[').append(field == null ? "null" : new String(field, UTF_8)).append(']');
    }
    rows.add(text.toString());
  }

  @Test
  void theMarkAloneOnItsLineEndsTheDataWhicheverColumnsAreWanted() {
    assertThat(text("a\tb\n\\.\nc\td\n", 0)).containsExactly("[a]");
    assertThat(text("a\tb\n\\.\nc\td\n", 1)).containsExactly("[b]");
    assertThat(text("a\tb\r\n\\.", 1)).containsExactly("[b]");
    assertThat(csv("a,b\n\\.\nc,d\n", 1)).containsExactly("[b]");
    assertThat(csv("a,b\n\"\\.\",d\n", 0)).containsExactly("[a]", "[\\.]");
    assertThat(csv("\\.x,b\n\\.,c", 0)).containsExactly("[\\.x]", "[\\.]");
  }

  @Test
  void theMarkBehindARowEndsTheDataAndIsNoPartOfIt() {
    assertThat(text("a\tb\\.\nc\td\n", 0, 1)).containsExactly("[a][b]");
    assertThat(text("a\tb\\.\nc\td\n", 0)).containsExactly("[a]");
    assertThat(text("a\\.\tb\nc\\\\.\td\\.x\n", 0, 1)).containsExactly("[a.][b]", "[c\\.][d.x]");
  }

  @Test
  void lineEndsWithinValuesEndNothing() {
    assertThat(text("a\\\nb\tc\nd\te", 0, 1)).containsExactly("[a\nb][c]", "[d][e]");
    assertThat(csv("\"a\r\nb\",\"c\"\"d\"\r\"\",e\n", 0, 1))
        .containsExactly("[a\r\nb][c\"d]", "[][e]");
    assertThat(csv("a,\n,b", 0, 1)).containsExactly("[a][null]", "[null][b]");
  }
}
