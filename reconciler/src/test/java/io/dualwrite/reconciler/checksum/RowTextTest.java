package io.dualwrite.reconciler.checksum;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@WithDatabases
class RowTextTest {
  private static final String TEXTS =
      "(values (null), (''), ('1'), (','), (':'), ('1:'), ('1:,'), ('0:'), ('0:,'), (',,'), ('2:a,'), ('ä'), ('\"'), ('\\'), ('null'), ('()'))";
  private static final String NUMBERS = "(values (null), (1), (11), (-1))";
  private static final String DOCUMENTS =
      "(values (null), ('1'::json), ('\",\"'), ('[1,1]'), ('{\"a\":[1,\"],\"]}'))";

  private final TestDatabases dbs;

  RowTextTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  /** Every row of a text, a number, a document and another text. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void noTwoRowsShareAText(boolean canonical) throws SQLException {
    RowText row =
        new RowText(
            List.of(
                RowText.Value.of("a", "text"),
                RowText.Value.of("b::text", "int4"),
                RowText.Value.of("c::text", "json"),
                RowText.Value.of("d", "text")));
    String sql =
        "select count(*), count(distinct "
            + (canonical ? row.canonical() : row.record() + "::text")
            + ") from "
            + TEXTS
            + " w(a), "
            + NUMBERS
            + " x(b), "
            + DOCUMENTS
            + " y(c), "
            + TEXTS
            + " z(d)";
    try (Connection connection = dbs.source().getConnection();
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      result.next();
      assertThat(result.getLong(1)).isEqualTo(16 * 4 * 5 * 16);
      assertThat(result.getLong(2)).isEqualTo(result.getLong(1));
    }
  }
}
