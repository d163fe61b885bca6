package io.dualwrite.jdbc.load;

import io.dualwrite.jdbc.pipeline.Pipeline;
import io.dualwrite.jdbc.schema.CapturedTable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the primary's catalog says, in the loading transaction, of the table that is loaded. */
final class LoadedTable {
  private static final String TRIGGERS =
      "SELECT '' FROM pg_catalog.pg_trigger g WHERE g.tgtype & 7 = 7 AND g.tgenabled <> 'D' AND NOT g.tgisinternal"
          + " AND g.tgrelid IN (SELECT relid FROM pg_catalog.pg_partition_tree(?::pg_catalog.regclass)"
          + " UNION SELECT ?::pg_catalog.regclass) LIMIT 1";

  private final Connection connection;
  private final String name;

  LoadedTable(Connection connection, CapturedTable table) {
    this.connection = connection;
    this.name = table.table().name().sql();
  }

  /** The columns that a load without a column list fills, in order. */
  List<String> columns() throws SQLException {
    return ask(
        "SELECT attname FROM pg_catalog.pg_attribute WHERE attrelid = ?::pg_catalog.regclass AND attnum > 0"
            + " AND NOT attisdropped AND attgenerated = '' ORDER BY attnum",
        name);
  }

  /** Whether triggers may store other values than those that were sent. */
  boolean changesRows() throws SQLException {
    return !ask(TRIGGERS, name, name).isEmpty();
  }

  /** Asks the same on the way of other statements. */
  void changesRows(Pipeline pipeline, Runnable ifSo) {
    pipeline.add(
        TRIGGERS,
        (statement, first) -> {
          statement.setString(first, name);
          statement.setString(first + 1, name);
          return first + 2;
        },
        rows -> {
          if (rows.next()) {
            ifSo.run();
          }
        });
  }

  /**
   * A sequence that gives the column's values one after the other, and that may be looked at: an
   * identity, or the column's own sequence as its default.
   */
  Optional<String> sequence(String column) throws SQLException {
    List<String> found =
        ask(
            "SELECT s.seq FROM pg_catalog.pg_attribute a LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum"
                + " CROSS JOIN LATERAL (SELECT pg_catalog.pg_get_serial_sequence(?, ?) OFFSET 0) s(seq)"
                + " JOIN pg_catalog.pg_sequence q ON q.seqrelid = s.seq::pg_catalog.regclass"
                + " WHERE a.attrelid = ?::pg_catalog.regclass AND a.attname = ?"
                + " AND q.seqcache = 1 AND q.seqincrement > 0 AND NOT q.seqcycle"
                + " AND pg_catalog.has_sequence_privilege(q.seqrelid, 'SELECT')"
                + " AND (a.attidentity <> '' OR pg_catalog.pg_get_expr(d.adbin, d.adrelid)"
                + " = pg_catalog.format('nextval(%L::regclass)', q.seqrelid::pg_catalog.regclass))",
            name, column, name, column);
    return found.stream().findFirst();
  }

  /** The first value that the sequence has not given yet. */
  long next(String sequence) throws SQLException {
    try (PreparedStatement statement =
            connection.prepareStatement(
                "SELECT CASE WHEN is_called THEN last_value + 1 ELSE last_value END FROM "
                    + sequence);
        ResultSet rows = statement.executeQuery()) {
      rows.next();
      return rows.getLong(1);
    }
  }

  private List<String> ask(String sql, String... parameters) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setString(i + 1, parameters[i]);
      }
      try (ResultSet rows = statement.executeQuery()) {
        List<String> answer = new ArrayList<>();
        while (rows.next()) {
          answer.add(rows.getString(1));
        }
        return answer;
      }
    }
  }
}
