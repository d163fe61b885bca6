package io.dualwrite.reconciler.backfill.file;

import static java.util.stream.Collectors.joining;

import io.dualwrite.Side;
import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.jdbc.copy.RowKey;
import io.dualwrite.jdbc.schema.Column;
import io.dualwrite.jdbc.schema.ColumnText;
import io.dualwrite.jdbc.schema.TablePair;
import io.dualwrite.reconciler.checksum.ComparedTable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Staged rows beside those of the target, while the lane is locked.
 *
 * @param table the tables
 * @param columns the columns that are loaded, as the target has them
 */
record LockedRows(ComparedTable table, List<Column> columns) {

  /** The staged rows whose key the target has not, by their place, with their keys. */
  Map<Integer, RowKey> missing(Connection target) throws SQLException {
    return keys(
        target, "NOT EXISTS (SELECT FROM " + target() + " t WHERE " + sameKey() + ")", Set.of());
  }

  /** Those, apart from some, whose key the target has with other values. */
  Map<Integer, RowKey> differing(Connection target, Collection<Integer> apartFrom)
      throws SQLException {
    return keys(
        target,
        "EXISTS (SELECT FROM "
            + target()
            + " t WHERE "
            + sameKey()
            + " AND ROW("
            + texts("t.")
            + ") IS DISTINCT FROM ROW("
            + texts("s.")
            + "))",
        apartFrom);
  }

  private String texts(String from) {
    return columns.stream().map(c -> ColumnText.read(c, from + c.sql())).collect(joining(", "));
  }

  private String target() {
    return pair().on(Side.TARGET).name().sql();
  }

  private TablePair pair() {
    return table.pair();
  }

  private String sameKey() {
    return pair().keyOn(Side.TARGET).stream()
        .map(k -> "t." + k.sql() + " = s." + k.sql())
        .collect(joining(" AND "));
  }

  private Map<Integer, RowKey> keys(
      Connection target, String condition, Collection<Integer> apartFrom) throws SQLException {
    List<String> texts = table.keyTexts(Side.TARGET);
    String sql =
        "SELECT "
            + Staging.N
            + ", "
            + String.join(", ", texts)
            + " FROM "
            + Staging.ROWS
            + " s WHERE "
            + condition
            + " AND NOT EXISTS (SELECT FROM pg_catalog.unnest(?::int4[]) a WHERE a = s."
            + Staging.N
            + ")";
    Map<Integer, RowKey> found = new TreeMap<>();
    try (PreparedStatement statement = target.prepareStatement(sql)) {
      statement.setArray(1, target.createArrayOf("int4", apartFrom.toArray()));
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          List<String> values = new ArrayList<>(texts.size());
          for (int i = 0; i < texts.size(); i++) {
            values.add(rows.getString(i + 2));
          }
          found.put(rows.getInt(1), new RowKey(values));
        }
      }
    }
    return found;
  }

  /**
   * Writes staged rows into the table, all at once, or where the target refuses one, one by one.
   *
   * @return those that it refuses
   */
  List<Bad> insert(Connection target, Set<Integer> wanted) throws SQLException {
    if (wanted.isEmpty()) {
      return List.of();
    }
    try (Statement statement = target.createStatement()) {
      // What is checked at the end otherwise would take the whole batch along.
      statement.execute("SET CONSTRAINTS ALL IMMEDIATE");
      Savepoint before = target.setSavepoint();
      try {
        statement.executeUpdate(insert(array(wanted) + " ORDER BY " + Staging.N));
        target.releaseSavepoint(before);
        return List.of();
      } catch (SQLException e) {
        if (!Failures.refusesRow(e)) {
          throw e;
        }
        target.rollback(before);
        return oneByOne(statement, new HashSet<>(wanted));
      }
    }
  }

  /** Rows that refer to each other are tried again as long as any comes in. */
  private List<Bad> oneByOne(Statement statement, Set<Integer> wanted) throws SQLException {
    List<Bad> refused = new ArrayList<>();
    Set<Integer> left = wanted;
    while (!left.isEmpty()) {
      statement.execute(
          Staging.loop(
              "SELECT "
                  + Staging.N
                  + " AS n FROM "
                  + Staging.ROWS
                  + " WHERE "
                  + array(left)
                  + " ORDER BY "
                  + Staging.N,
              insert(Staging.N + " = " + Staging.ROW + ".n"),
              Staging.REFUSED,
              ""));
      List<Bad> bad = Staging.bad(statement);
      List<Bad> orphans = bad.stream().filter(Bad::lacksParent).toList();
      boolean again = !orphans.isEmpty() && bad.size() < left.size();
      bad.stream().filter(b -> !again || !b.lacksParent()).forEach(refused::add);
      left = again ? new HashSet<>(orphans.stream().map(Bad::index).toList()) : Set.of();
    }
    return refused;
  }

  private static String array(Set<Integer> numbers) {
    return Staging.N
        + " = ANY ('{"
        + numbers.stream().map(String::valueOf).collect(joining(","))
        + "}'::pg_catalog.int4[])";
  }

  private String insert(String which) {
    String names = columns.stream().map(Column::sql).collect(joining(", "));
    return "INSERT INTO "
        + target()
        + " ("
        + names
        + ") OVERRIDING SYSTEM VALUE SELECT "
        + names
        + " FROM "
        + Staging.ROWS
        + " s WHERE "
        + which
        + (pair().conflictKey(Side.TARGET).isPresent()
            ? " ON CONFLICT ("
                + pair().keyOn(Side.TARGET).stream().map(Column::sql).collect(joining(", "))
                + ") DO NOTHING"
            : "");
  }
}
