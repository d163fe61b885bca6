package io.dualwrite.chaos.workload;

import io.dualwrite.chaos.history.Change;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One transaction under way, and what it has changed so far. */
final class Unit {
  private final Connection connection;
  private final List<Change> changes = new ArrayList<>();
  private boolean discarded;

  Unit(Connection connection) {
    this.connection = connection;
  }

  Connection connection() {
    return connection;
  }

  List<Change> changes() {
    return List.copyOf(changes);
  }

  void changed(Change change) {
    changes.add(change);
  }

  /** It shall be rolled back. */
  void discard() {
    discarded = true;
  }

  boolean discarded() {
    return discarded;
  }

  /** Executes a statement; how many rows it changed. */
  int update(String sql, @Nullable Object... parameters) throws SQLException {
    try (PreparedStatement statement = prepare(sql, parameters)) {
      return statement.executeUpdate();
    }
  }

  /** The first columns of what a statement returns, as numbers. */
  List<Long> numbers(String sql, @Nullable Object... parameters) throws SQLException {
    return rows(sql, parameters).stream().map(r -> Long.valueOf(r.get(0))).toList();
  }

  /** What a statement returns, as text. */
  List<List<String>> rows(String sql, @Nullable Object... parameters) throws SQLException {
    try (PreparedStatement statement = prepare(sql, parameters);
        ResultSet result = statement.executeQuery()) {
      int columns = result.getMetaData().getColumnCount();
      List<List<String>> rows = new ArrayList<>();
      while (result.next()) {
        List<String> row = new ArrayList<>();
        for (int column = 1; column <= columns; column++) {
          row.add(result.getString(column));
        }
        rows.add(row);
      }
      return rows;
    }
  }

  /** Does something that is undone again, while the rest of the transaction stays. */
  void undone(Session.Work work) throws SQLException {
    Savepoint savepoint = connection.setSavepoint();
    int before = changes.size();
    work.in(this);
    connection.rollback(savepoint);
    changes.subList(before, changes.size()).clear();
  }

  /** Does something by a plain statement. */
  int plain(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      return statement.executeUpdate(sql);
    }
  }

  private PreparedStatement prepare(String sql, @Nullable Object... parameters)
      throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    try {
      for (int i = 0; i < parameters.length; i++) {
        statement.setObject(i + 1, parameters[i]);
      }
      return statement;
    } catch (SQLException e) {
      statement.close();
      throw e;
    }
  }
}
