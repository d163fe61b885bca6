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
  /** Instead of an SQLState: a trigger left the row out. */
  static final String LEFT_OUT = "left out";

  private static final String SECOND = "second";

  /**
   * What became of rows that were to be inserted.
   *
   * @param refused those that the target did not take
   * @param second those whose key came with another one of them, written otherwise
   */
  record Inserted(List<Bad> refused, Set<Integer> second) {}

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
    try (Statement statement = target.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT coalesce(pg_catalog.max("
                    + Staging.N
                    + "), -1) + 1 FROM "
                    + Staging.ROWS)) {
      row.next();
      return keys(target, condition, apartFrom, 0, row.getInt(1));
    }
  }

  /** Keys are told in the source's type; those that it cannot hold are found by halves. */
  private Map<Integer, RowKey> keys(
      Connection target, String condition, Collection<Integer> apartFrom, int from, int to)
      throws SQLException {
    if (from >= to) {
      return Map.of();
    }
    String some =
        condition + " AND s." + Staging.N + " >= " + from + " AND s." + Staging.N + " < " + to;
    Savepoint before = target.setSavepoint();
    try {
      Map<Integer, RowKey> found = keys(target, table.keyTexts(Side.TARGET), some, apartFrom);
      target.releaseSavepoint(before);
      return found;
    } catch (SQLException e) {
      if (!Failures.refusesRow(e)) {
        throw e;
      }
      target.rollback(before);
      target.releaseSavepoint(before);
    }
    if (to - from == 1) {
      List<String> own =
          pair().keyOn(Side.TARGET).stream().map(k -> ColumnText.read(k, "s." + k.sql())).toList();
      return keys(target, own, some, apartFrom);
    }
    int half = (from + to) >>> 1;
    Map<Integer, RowKey> found = new TreeMap<>(keys(target, condition, apartFrom, from, half));
    found.putAll(keys(target, condition, apartFrom, half, to));
    return found;
  }

  private Map<Integer, RowKey> keys(
      Connection target, List<String> texts, String condition, Collection<Integer> apartFrom)
      throws SQLException {
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
   * @return what did not come in
   */
  Inserted insert(Connection target, Set<Integer> wanted) throws SQLException {
    if (wanted.isEmpty()) {
      return new Inserted(List.of(), Set.of());
    }
    checkNow(target);
    try (Statement statement = target.createStatement()) {
      Savepoint before = target.setSavepoint();
      try {
        int came = statement.executeUpdate(insert(array(wanted) + " ORDER BY " + Staging.N));
        if (came == wanted.size()) {
          target.releaseSavepoint(before);
          return new Inserted(List.of(), Set.of());
        }
      } catch (SQLException e) {
        if (!Failures.refusesRow(e)) {
          throw e;
        }
      }
      target.rollback(before);
      return oneByOne(statement, new HashSet<>(wanted));
    }
  }

  /** What is checked at the end otherwise would take the whole batch along. */
  static void checkNow(Connection target) throws SQLException {
    try (Statement statement = target.createStatement()) {
      statement.execute("SET CONSTRAINTS ALL IMMEDIATE");
    }
  }

  /** Rows that refer to each other are tried again as long as any comes in. */
  private Inserted oneByOne(Statement statement, Set<Integer> wanted) throws SQLException {
    List<Bad> refused = new ArrayList<>();
    Set<Integer> second = new HashSet<>();
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
              insertOne(),
              Staging.REFUSED,
              ""));
      second.addAll(Staging.take(statement, SECOND));
      List<Bad> bad = Staging.bad(statement);
      List<Bad> orphans = bad.stream().filter(Bad::lacksParent).toList();
      boolean again = !orphans.isEmpty() && bad.size() < left.size();
      bad.stream().filter(b -> !again || !b.lacksParent()).forEach(refused::add);
      left = again ? new HashSet<>(orphans.stream().map(Bad::index).toList()) : Set.of();
    }
    return new Inserted(refused, second);
  }

  /** A trigger may leave a row out, or write it itself: then none came, and it is there. */
  private String insertOne() {
    String place = Staging.N + " = " + Staging.ROW + ".n";
    String there =
        "EXISTS (SELECT FROM "
            + Staging.ROWS
            + " s JOIN "
            + target()
            + " t ON "
            + sameKey()
            + " WHERE s."
            + place
            + ")";
    return "IF "
        + there
        + " THEN "
        + Staging.note(SECOND)
        + "; ELSE "
        + insert(place)
        + "; GET DIAGNOSTICS dualwrite_count = ROW_COUNT; IF dualwrite_count = 0 AND NOT "
        + there
        + " THEN "
        + Staging.note(LEFT_OUT)
        + "; END IF; END IF";
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
