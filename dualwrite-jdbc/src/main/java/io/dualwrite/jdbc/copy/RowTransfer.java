package io.dualwrite.jdbc.copy;

import io.dualwrite.Side;
import io.dualwrite.jdbc.pipeline.Pipeline;
import io.dualwrite.jdbc.pipeline.PlannedAfresh;
import io.dualwrite.jdbc.schema.ForeignKey;
import io.dualwrite.jdbc.schema.TablePair;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads and writes the rows of one table, by key, as texts. Holds no connection and no state. */
final class RowTransfer {
  /**
   * Rows are read until they hold this many characters together, so that a batch of huge rows does
   * not fill the memory.
   */
  private static final long CHARACTERS_PER_BATCH = 16_000_000;

  private static final int FETCH_SIZE = 500;

  private final TablePair pair;
  private final TableSql sql;

  RowTransfer(TablePair pair, Side primary) {
    this.pair = pair;
    this.sql = new TableSql(pair, primary);
  }

  /**
   * Rows found.
   *
   * @param keyIndex for each row the position of its key among those asked for
   * @param rows the rows
   * @param complete false when reading stopped at the size limit: of keys without a row nothing is
   *     known then
   */
  record Found(List<Integer> keyIndex, List<Row> rows, boolean complete) {}

  Found read(Connection connection, Side side, List<RowKey> keys) throws SQLException {
    List<Found> found = new ArrayList<>();
    Pipeline pipeline = new Pipeline(connection);
    read(pipeline, side, keys, found::add);
    pipeline.send();
    return found.get(0);
  }

  /** The rows of these keys, however many and however large. */
  Map<RowKey, Row> rows(Connection connection, Side side, Collection<RowKey> keys)
      throws SQLException {
    List<RowKey> wanted = List.copyOf(new LinkedHashSet<>(keys));
    Map<RowKey, Row> found = new LinkedHashMap<>();
    for (int from = 0; from < wanted.size(); ) {
      // A batch that grew too large ends after some rows; the rest is asked for again.
      List<RowKey> rest = wanted.subList(from, Math.min(wanted.size(), from + 500));
      Found some = read(connection, side, rest);
      for (int i = 0; i < some.rows().size(); i++) {
        found.put(rest.get(some.keyIndex().get(i)), some.rows().get(i));
      }
      if (some.complete()) {
        from += rest.size();
      } else {
        for (RowKey key : rest) {
          if (!found.containsKey(key)) {
            Map<RowKey, Row> one = rows(connection, side, List.of(key));
            found.putAll(one);
          }
        }
        from += rest.size();
      }
    }
    return found;
  }

  /** Adds to a pipeline the reading of these keys' rows. */
  void read(Pipeline pipeline, Side side, List<RowKey> keys, Consumer<Found> found) {
    NumberedRows runs = NumberedRows.of(pair, side, keys).orElse(null);
    pipeline
        .fetching(FETCH_SIZE)
        .add(
            runs == null ? sql.read(side) : NumberedRows.read(pair, side, sql.columnCount(side)),
            runs == null ? (statement, first) -> setKeys(statement, first, keys) : runs,
            rows -> found.accept(found(rows, side, keys.size())));
  }

  private Found found(ResultSet rows, Side side, int most) throws SQLException {
    List<Integer> index = new ArrayList<>(most);
    List<Row> found = new ArrayList<>(most);
    int columns = pair.columns().size();
    long characters = 0;
    while (rows.next()) {
      if (characters > CHARACTERS_PER_BATCH) {
        return new Found(index, found, false);
      }
      ChangedTableException.throwUnless(pair, side, rows.getInt(columns + 2));
      List<@Nullable String> values = new ArrayList<>(columns);
      for (int c = 0; c < columns; c++) {
        String value = rows.getString(c + 2);
        characters += value == null ? 0 : value.length();
        values.add(value);
      }
      index.add(rows.getInt(1) - 1);
      found.add(new Row(values));
    }
    return new Found(index, found, true);
  }

  /** Adds to a pipeline the writing of these rows. */
  void upsert(Pipeline pipeline, Side side, List<Row> rows) {
    List<Row> distinct = distinct(rows);
    if (!distinct.isEmpty()) {
      for (String statement : sql.upsert(side)) {
        pipeline.add(statement, (s, first) -> setRows(s, first, distinct));
      }
    }
  }

  void upsert(Connection connection, Side side, List<Row> rows) throws SQLException {
    Pipeline pipeline = new Pipeline(connection);
    upsert(pipeline, side, rows);
    pipeline.send();
  }

  int delete(Connection connection, Side side, List<RowKey> keys) throws SQLException {
    if (keys.isEmpty()) {
      return 0;
    }
    try (PreparedStatement statement = connection.prepareStatement(sql.delete(side))) {
      PlannedAfresh.each(statement);
      setKeys(statement, 1, keys);
      return statement.executeUpdate();
    }
  }

  /** The keys of a child table's rows that refer to these. */
  List<RowKey> children(
      Connection connection, Side side, List<RowKey> keys, TablePair child, ForeignKey reference)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(sql.children(side, child, reference))) {
      PlannedAfresh.each(statement);
      setKeys(statement, 1, keys);
      statement.setFetchSize(FETCH_SIZE);
      return keys(statement, child.key().size());
    }
  }

  /**
   * The next keys in this side's own order; {@code after} null: from the beginning. Its texts are
   * those of {@link #keyOf}.
   */
  List<RowKey> nextKeys(Connection connection, Side side, @Nullable RowKey after, int limit)
      throws SQLException {
    int n = pair.key().size();
    try (PreparedStatement statement =
        connection.prepareStatement(sql.nextKeys(side, after == null))) {
      int parameter = 1;
      if (after != null) {
        for (String value : after.values()) {
          statement.setString(parameter++, value);
        }
      }
      statement.setInt(parameter, limit);
      return keys(statement, n);
    }
  }

  private static List<RowKey> keys(PreparedStatement statement, int columns) throws SQLException {
    List<RowKey> keys = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        List<String> values = new ArrayList<>(columns);
        for (int i = 1; i <= columns; i++) {
          values.add(rows.getString(i));
        }
        keys.add(new RowKey(values));
      }
    }
    return keys;
  }

  Set<RowKey> pending(
      Connection primary, Side side, String journal, String setAside, List<RowKey> keys)
      throws SQLException {
    String name = pair.name().toString();
    if (!exists(primary, journal)) {
      return Set.of();
    }
    try (PreparedStatement statement =
        primary.prepareStatement(sql.pendingRange(journal, setAside))) {
      statement.setString(1, name);
      statement.setString(2, name);
      try (ResultSet rows = statement.executeQuery()) {
        rows.next();
        if (rows.getBoolean(1)) {
          return new HashSet<>(keys);
        }
      }
    }
    Set<RowKey> pending = new HashSet<>();
    if (keys.isEmpty()) {
      return pending;
    }
    try (PreparedStatement statement =
        primary.prepareStatement(sql.pending(side, journal, setAside))) {
      int next = setKeys(statement, 1, keys);
      for (int i = 0; i < 3; i++) {
        statement.setString(next + i, name);
      }
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          pending.add(keys.get(rows.getInt(1) - 1));
        }
      }
    }
    return pending;
  }

  private static boolean exists(Connection connection, String table) throws SQLException {
    String sql =
        "SELECT t.oid IS NOT NULL, EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = t.oid AND a.attname = 'keys')"
            + " FROM (SELECT pg_catalog.to_regclass(?) AS oid) t";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, table);
      try (ResultSet rows = statement.executeQuery()) {
        rows.next();
        if (rows.getBoolean(1) && !rows.getBoolean(2)) {
          throw new SQLException(
              "journal: "
                  + table
                  + " was made by an earlier version. Run `reconciler init`, which adds what it lacks.",
              "42703");
        }
        return rows.getBoolean(1);
      }
    }
  }

  /** The key of a row, in the canonical text of copied values. */
  RowKey keyOf(Row row) {
    List<String> values = new ArrayList<>(pair.key().size());
    for (var column : pair.key()) {
      values.add(
          java.util.Objects.requireNonNull(
              row.values().get(pair.columns().indexOf(column)), "a key has no null"));
    }
    return new RowKey(values);
  }

  /**
   * Several journal texts of one key (1.5 and 1.50) lead to the same row more than once; a
   * statement may write it only once.
   */
  private List<Row> distinct(List<Row> rows) {
    if (rows.size() < 2) {
      return rows;
    }
    Set<RowKey> seen = new HashSet<>();
    return rows.stream().filter(row -> seen.add(keyOf(row))).toList();
  }

  private int setRows(PreparedStatement statement, int first, List<Row> rows) throws SQLException {
    for (int c = 0; c < pair.columns().size(); c++) {
      @Nullable String[] values = new String[rows.size()];
      for (int r = 0; r < values.length; r++) {
        values[r] = rows.get(r).values().get(c);
      }
      statement.setArray(first + c, statement.getConnection().createArrayOf("text", values));
    }
    return first + pair.columns().size();
  }

  private int setKeys(PreparedStatement statement, int first, List<RowKey> keys)
      throws SQLException {
    int n = pair.key().size();
    for (int i = 0; i < n; i++) {
      String[] values = new String[keys.size()];
      for (int k = 0; k < values.length; k++) {
        values[k] = keys.get(k).values().get(i);
      }
      statement.setArray(first + i, statement.getConnection().createArrayOf("text", values));
    }
    return first + n;
  }
}
