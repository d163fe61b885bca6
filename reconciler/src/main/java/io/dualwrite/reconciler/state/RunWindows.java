package io.dualwrite.reconciler.state;

import io.dualwrite.jdbc.schema.Identifiers;
import io.dualwrite.reconciler.state.KeptWindow.Result;
import io.dualwrite.reconciler.window.Window;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The windows of a run's tables and what they hold. Every method works on the target's connection
 * that it is given and commits nothing itself: a window is done when the caller's transaction is.
 */
public final class RunWindows {
  private static final String DIFFERENCES =
      "SELECT number, kind, key, identity, columns, rows FROM {schema}.run_differences"
          + " WHERE table_id = ? ORDER BY number, item";

  private final String schema;

  /** The windows of runs in that control schema. */
  public RunWindows(String schema) {
    this.schema = Identifiers.quote(schema);
  }

  /**
   * Keeps the results of these windows, each in place of an earlier one. The run cannot be taken
   * over until the transaction ends.
   *
   * @throws TakenOverException if the run is not this process' any more: roll back
   */
  public void done(Connection target, TableRun table, List<KeptWindow> windows)
      throws SQLException {
    List<KeptWindow> plain = windows.stream().filter(RunWindows::isPlain).toList();
    if (!plain.isEmpty()) {
      putPlain(target, table, plain);
    }
    if (plain.size() < windows.size()) {
      put(
          target,
          table,
          windows.stream().filter(w -> !isPlain(w)).toList(),
          RunTables.held(schema));
    }
    replaceDifferences(target, table, windows);
  }

  /** Most windows are: equal, with one sum and one number of rows. */
  private static boolean isPlain(KeptWindow window) {
    return window.result() == Result.EQUAL
        && window.sourceRows() == window.targetRows()
        && window.sourceSum().equals(window.targetSum())
        && window.missing() + window.extra() + window.changed() == 0
        && window.listed()
        && window.reason().isEmpty();
  }

  private void putPlain(Connection target, TableRun table, List<KeptWindow> windows)
      throws SQLException {
    String sql =
        "INSERT INTO "
            + schema
            + ".run_windows AS w (table_id, number, kind, range_from, range_to, label, result, source_rows, target_rows, missing, extra, changed,"
            + " source_sum, listed)"
            + " SELECT ?, u.number, u.kind, u.range_from, u.range_to, u.label, 'EQUAL', u.rows, u.rows, 0, 0, 0, u.sum, true FROM "
            + RunTables.held(schema)
            + ", unnest(?::int4[], ?::text[], ?::text[], ?::text[], ?::text[], ?::int8[], ?::text[])"
            + " u (number, kind, range_from, range_to, label, rows, sum)"
            + " ON CONFLICT (table_id, number) DO UPDATE SET result = excluded.result, source_rows = excluded.source_rows,"
            + " target_rows = excluded.target_rows, missing = 0, extra = 0, changed = 0,"
            + " source_sum = excluded.source_sum, target_sum = NULL, listed = true, reason = NULL, at = clock_timestamp()";
    try (PreparedStatement statement = target.prepareStatement(sql)) {
      Arrays arrays = arrays(target, statement, table, windows);
      arrays.set(9, "int8", KeptWindow::sourceRows);
      arrays.set(10, "text", w -> w.sourceSum().orElse(null));
      if (statement.executeUpdate() != windows.size()) {
        throw new TakenOverException(table.run());
      }
    }
  }

  /** With the table, its run and which windows they are as the first eight parameters. */
  private static Arrays arrays(
      Connection target, PreparedStatement statement, TableRun table, List<KeptWindow> windows)
      throws SQLException {
    Arrays arrays = new Arrays(target, statement, windows);
    statement.setLong(1, table.id());
    statement.setLong(2, table.run().id());
    statement.setString(3, table.run().holder());
    arrays.set(4, "int4", KeptWindow::number);
    arrays.set(5, "text", w -> w.window().kind().name());
    arrays.set(6, "text", w -> w.window().from());
    arrays.set(7, "text", w -> w.window().to());
    arrays.set(8, "text", w -> w.window().label());
    return arrays;
  }

  /**
   * Keeps what was found when windows of a comparison that is over were looked at again, unless its
   * records were removed meanwhile.
   */
  public void correct(Connection target, TableRun table, List<KeptWindow> windows)
      throws SQLException {
    String there =
        "(SELECT t.id FROM "
            + schema
            + ".run_tables t JOIN "
            + schema
            + ".runs r ON r.run = t.run WHERE r.run = ? AND r.holder = ? AND t.id = "
            + table.id()
            + " FOR KEY SHARE OF t) h";
    put(target, table, windows, there);
    replaceDifferences(target, table, windows);
  }

  private void put(Connection target, TableRun table, List<KeptWindow> windows, String guard)
      throws SQLException {
    String sql =
        "INSERT INTO "
            + schema
            + ".run_windows AS w (table_id, number, kind, range_from, range_to, label, result, source_rows, target_rows, missing, extra, changed,"
            + " source_sum, target_sum, listed, reason)"
            + " SELECT ?, u.* FROM "
            + guard
            + ", unnest(?::int4[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::int8[], ?::int8[], ?::int8[], ?::int8[], ?::int8[],"
            + " ?::text[], ?::text[], ?::bool[], ?::text[]) u"
            + " ON CONFLICT (table_id, number) DO UPDATE SET result = excluded.result, source_rows = excluded.source_rows,"
            + " target_rows = excluded.target_rows, missing = excluded.missing, extra = excluded.extra, changed = excluded.changed,"
            + " source_sum = excluded.source_sum, target_sum = excluded.target_sum, listed = excluded.listed, reason = excluded.reason,"
            + " at = clock_timestamp()";
    try (PreparedStatement statement = target.prepareStatement(sql)) {
      Arrays arrays = arrays(target, statement, table, windows);
      arrays.set(9, "text", w -> w.result().name());
      arrays.set(10, "int8", KeptWindow::sourceRows);
      arrays.set(11, "int8", KeptWindow::targetRows);
      arrays.set(12, "int8", KeptWindow::missing);
      arrays.set(13, "int8", KeptWindow::extra);
      arrays.set(14, "int8", KeptWindow::changed);
      arrays.set(15, "text", w -> w.sourceSum().orElse(null));
      arrays.set(
          16,
          "text",
          w -> w.targetSum().filter(s -> !w.sourceSum().equals(Optional.of(s))).orElse(null));
      arrays.set(17, "bool", KeptWindow::listed);
      arrays.set(18, "text", w -> w.reason().orElse(null));
      if (statement.executeUpdate() != windows.size()) {
        throw new TakenOverException(table.run());
      }
    }
  }

  private record Arrays(Connection target, PreparedStatement statement, List<KeptWindow> windows) {
    void set(int index, String type, Function<KeptWindow, @Nullable Object> value)
        throws SQLException {
      Object[] values = new Object[windows.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = value.apply(windows.get(i));
      }
      statement.setArray(index, target.createArrayOf(type, values));
    }
  }

  private void replaceDifferences(Connection target, TableRun table, List<KeptWindow> windows)
      throws SQLException {
    List<KeptWindow> differing = windows.stream().filter(w -> !w.differences().isEmpty()).toList();
    Object[] numbers = windows.stream().map(KeptWindow::number).toArray();
    try (PreparedStatement statement =
        target.prepareStatement(
            "DELETE FROM "
                + schema
                + ".run_differences WHERE table_id = ? AND number = ANY (?) AND EXISTS (SELECT FROM "
                + schema
                + ".run_differences WHERE table_id = ?)")) {
      statement.setLong(1, table.id());
      statement.setArray(2, target.createArrayOf("int4", numbers));
      statement.setLong(3, table.id());
      statement.executeUpdate();
    }
    if (differing.isEmpty()) {
      return;
    }
    try (PreparedStatement statement =
        target.prepareStatement(
            "INSERT INTO "
                + schema
                + ".run_differences (table_id, number, item, kind, key, identity, columns, rows) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")) {
      for (KeptWindow window : differing) {
        int item = 0;
        for (KeptDifference difference : window.differences()) {
          statement.setLong(1, table.id());
          statement.setInt(2, window.number());
          statement.setInt(3, item++);
          statement.setString(4, difference.kind());
          statement.setArray(5, target.createArrayOf("text", difference.key().toArray()));
          statement.setArray(6, target.createArrayOf("text", difference.identity().toArray()));
          statement.setArray(7, target.createArrayOf("text", difference.columns().toArray()));
          statement.setLong(8, difference.rows());
          statement.addBatch();
        }
      }
      statement.executeBatch();
    }
  }

  /** Every window that the table has a result of, in the plan's order, with its differences. */
  public List<KeptWindow> of(Connection target, TableRun table) throws SQLException {
    return read(target, table, "true");
  }

  /** The windows that were not found equal. */
  public List<KeptWindow> notEqual(Connection target, TableRun table) throws SQLException {
    return read(target, table, "result <> 'EQUAL'");
  }

  private List<KeptWindow> read(Connection target, TableRun table, String which)
      throws SQLException {
    Map<Integer, List<KeptDifference>> differences = differences(target, table);
    String sql =
        "SELECT number, kind, range_from, range_to, label, result, source_rows, target_rows, missing, extra, changed,"
            + " source_sum, coalesce(target_sum, source_sum), listed, reason FROM "
            + schema
            + ".run_windows WHERE table_id = ? AND "
            + which
            + " ORDER BY number";
    try (PreparedStatement statement = target.prepareStatement(sql)) {
      statement.setLong(1, table.id());
      try (ResultSet rows = statement.executeQuery()) {
        List<KeptWindow> windows = new ArrayList<>();
        while (rows.next()) {
          windows.add(window(rows, differences.getOrDefault(rows.getInt(1), List.of())));
        }
        return windows;
      }
    }
  }

  /**
   * When finished windows were kept.
   *
   * @param first the first of them
   * @param last the last
   */
  public record Span(Instant first, Instant last) {}

  /** When the table's finished windows were kept; empty if none is finished. */
  public Optional<Span> span(Connection target, TableRun table) throws SQLException {
    String sql =
        "SELECT min(at), max(at) FROM "
            + schema
            + ".run_windows WHERE table_id = ? AND result IN ('EQUAL', 'DIFFERS', 'DONE')";
    try (PreparedStatement statement = target.prepareStatement(sql)) {
      statement.setLong(1, table.id());
      try (ResultSet rows = statement.executeQuery()) {
        rows.next();
        Timestamp first = rows.getTimestamp(1);
        return first == null
            ? Optional.empty()
            : Optional.of(new Span(first.toInstant(), rows.getTimestamp(2).toInstant()));
      }
    }
  }

  private static KeptWindow window(ResultSet rows, List<KeptDifference> differences)
      throws SQLException {
    return new KeptWindow(
        rows.getInt(1),
        new Window(
            Window.Kind.valueOf(rows.getString(2)),
            rows.getString(3),
            rows.getString(4),
            rows.getString(5)),
        Result.valueOf(rows.getString(6)),
        rows.getLong(7),
        rows.getLong(8),
        rows.getLong(9),
        rows.getLong(10),
        rows.getLong(11),
        Optional.ofNullable(rows.getString(12)),
        Optional.ofNullable(rows.getString(13)),
        rows.getBoolean(14),
        Optional.ofNullable(rows.getString(15)),
        differences);
  }

  private Map<Integer, List<KeptDifference>> differences(Connection target, TableRun table)
      throws SQLException {
    Map<Integer, List<KeptDifference>> found = new HashMap<>();
    try (PreparedStatement statement =
        target.prepareStatement(DIFFERENCES.replace("{schema}", schema))) {
      statement.setLong(1, table.id());
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          found
              .computeIfAbsent(rows.getInt(1), n -> new ArrayList<>())
              .add(
                  new KeptDifference(
                      rows.getString(2),
                      texts(rows, 3),
                      texts(rows, 4),
                      texts(rows, 5),
                      rows.getLong(6)));
        }
      }
    }
    return found;
  }

  private static List<String> texts(ResultSet rows, int column) throws SQLException {
    return List.of((String[]) rows.getArray(column).getArray());
  }
}
