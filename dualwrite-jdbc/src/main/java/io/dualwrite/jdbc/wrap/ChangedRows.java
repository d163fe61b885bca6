package io.dualwrite.jdbc.wrap;

import io.dualwrite.jdbc.capture.CapturePlan;
import io.dualwrite.jdbc.capture.RequestedKeys;
import io.dualwrite.jdbc.capture.RowEntries;
import io.dualwrite.jdbc.schema.CapturedTable;
import io.dualwrite.jdbc.schema.Identifiers;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.postgresql.PGResultSetMetaData;

/**
 * The table whose rows are changed through a result set. pgjdbc changes them by statements of its
 * own; the keys that a row had before and has after are journaled in the same transaction. Where a
 * key cannot be told from the result set, the table is journaled as a whole.
 */
final class ChangedRows {
  private static final CapturePlan.Unmirrored NO_TABLE =
      new CapturePlan.Unmirrored(
          "updatable-result-set",
          "The table behind a result set whose rows are changed cannot be told: use INSERT, UPDATE and DELETE instead.");

  private final DualConnection connection;
  private final ResultSet rows;
  private final CapturePlan plan;

  /** Where the columns of the key are in the result set; empty: not all are there. */
  private final List<Integer> key;

  private ChangedRows(
      DualConnection connection, ResultSet rows, CapturePlan plan, List<Integer> key) {
    this.connection = connection;
    this.rows = rows;
    this.plan = plan;
    this.key = key;
  }

  /** Of the rows of a result set. Asks the server what they are columns of. */
  static ChangedRows of(DualConnection connection, ResultSet rows) throws SQLException {
    ResultSetMetaData columns = rows.getMetaData();
    if (!columns.isWrapperFor(PGResultSetMetaData.class)) {
      return new ChangedRows(connection, rows, NO_TABLE, List.of());
    }
    PGResultSetMetaData base = columns.unwrap(PGResultSetMetaData.class);
    String table = null;
    for (int i = 1; i <= columns.getColumnCount(); i++) {
      if (base.getBaseTableName(i).isEmpty()) {
        continue;
      }
      String name =
          Identifiers.quote(base.getBaseSchemaName(i))
              + "."
              + Identifiers.quote(base.getBaseTableName(i));
      if (table != null && !table.equals(name)) {
        return new ChangedRows(connection, rows, NO_TABLE, List.of());
      }
      table = name;
    }
    if (table == null) {
      return new ChangedRows(connection, rows, NO_TABLE, List.of());
    }
    CapturePlan plan = connection.plan("COPY " + table + " FROM STDIN", RequestedKeys.NONE);
    return new ChangedRows(connection, rows, plan, key(plan, rows, base));
  }

  private static List<Integer> key(CapturePlan plan, ResultSet rows, PGResultSetMetaData base)
      throws SQLException {
    List<Integer> key = new ArrayList<>();
    if (plan instanceof CapturePlan.Load load && rows.getStatement().getMaxFieldSize() == 0) {
      int columns = rows.getMetaData().getColumnCount();
      for (var column : load.table().key()) {
        for (int i = 1; i <= columns; i++) {
          if (base.getBaseColumnName(i).equals(column.name())) {
            key.add(i);
            break;
          }
        }
      }
      if (key.size() < load.table().key().size()) {
        key.clear();
      }
    }
    return key;
  }

  /** One of JDBC's methods that change a row. */
  interface Change {
    void on(ResultSet rows) throws SQLException;
  }

  /** Changes the current row and journals it. */
  void change(boolean wasThere, boolean isThere, Change change) throws SQLException {
    if (plan instanceof CapturePlan.Load load) {
      connection
          .journaled()
          .changing(load.table(), () -> changeAndJournal(load, wasThere, isThere, change));
      return;
    }
    if (plan instanceof CapturePlan.Unmirrored unmirrored) {
      connection.transaction().unmirrored(unmirrored);
    }
    if (plan instanceof CapturePlan.Captured captured) {
      captured.tables().forEach(connection.transaction()::journaled);
    }
    change.on(rows);
  }

  private boolean changeAndJournal(
      CapturePlan.Load load, boolean wasThere, boolean isThere, Change change) throws SQLException {
    Set<List<String>> touched = new LinkedHashSet<>();
    boolean told = !wasThere || currentKey().map(touched::add).isPresent();
    change.on(rows);
    told &= !isThere || currentKey().map(touched::add).isPresent();
    if (!told) {
      insert(RowEntries.ofTable(load), List.of());
      return true;
    }
    for (List<String> touchedKey : touched) {
      insert(RowEntries.ofRow(load), touchedKey);
    }
    return true;
  }

  /** The texts of the current row's key; empty if the result set does not tell it. */
  private Optional<List<String>> currentKey() {
    List<String> values = new ArrayList<>(key.size());
    try {
      for (int column : key) {
        String value = rows.getString(column);
        if (value == null) {
          return Optional.empty();
        }
        values.add(value);
      }
    } catch (SQLException e) {
      // On no row, which the change itself says better; should it go well, the whole table is
      // named.
      return Optional.empty();
    }
    return values.isEmpty() ? Optional.empty() : Optional.of(values);
  }

  private void insert(String sql, List<String> values) throws SQLException {
    try (PreparedStatement insert = connection.raw().prepareStatement(sql)) {
      for (int i = 0; i < values.size(); i++) {
        insert.setString(i + 1, values.get(i));
      }
      insert.executeUpdate();
    }
  }

  /** As what a change is measured. */
  static CapturePlan.Captured asWrite(CapturedTable table) {
    return new CapturePlan.Captured(
        null, "", null, List.of(table), null, CapturePlan.Captured.Operation.UPDATE);
  }
}
