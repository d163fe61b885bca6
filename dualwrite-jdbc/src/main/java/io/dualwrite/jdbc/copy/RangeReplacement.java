package io.dualwrite.jdbc.copy;

import static java.util.stream.Collectors.joining;

import io.dualwrite.Side;
import io.dualwrite.jdbc.schema.ColumnPair;
import io.dualwrite.jdbc.schema.ColumnText;
import io.dualwrite.jdbc.schema.TablePair;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Replaces the rows of a table without a key, in one range: its rows cannot be told apart, so they
 * are not compared.
 */
final class RangeReplacement {
  private static final int BATCH = 500;

  private final TablePair table;

  RangeReplacement(TablePair table) {
    this.table = table;
  }

  CopyResult run(
      Connection primary,
      Connection secondary,
      Side side,
      @Nullable String from,
      @Nullable String to)
      throws SQLException {
    refuseActions(secondary, side.other());
    int deleted;
    try (PreparedStatement delete =
        secondary.prepareStatement(
            "DELETE FROM "
                + table.on(side.other()).name().sql()
                + " t"
                + where(side.other(), from, to))) {
      bounds(delete, from, to);
      deleted = delete.executeUpdate();
    }
    refuseRowsThatStay(secondary, side.other(), from, to);
    List<ColumnPair> columns = table.columns();
    String select =
        "SELECT "
            + columns.stream()
                .map(c -> ColumnText.read(c.on(side), "t." + c.on(side).sql()))
                .collect(joining(", "))
            + ", "
            + new TableSql(table, side).columnCount(side)
            + " FROM "
            + table.on(side).name().sql()
            + " t"
            + where(side, from, to);
    String insert =
        "INSERT INTO "
            + table.on(side.other()).name().sql()
            + " ("
            + columns.stream().map(c -> c.on(side.other()).sql()).collect(joining(", "))
            + ") OVERRIDING SYSTEM VALUE VALUES ("
            + columns.stream()
                .map(c -> ColumnText.write(c.on(side.other()), "?::text"))
                .collect(joining(", "))
            + ")";
    int written = 0;
    try (PreparedStatement read = primary.prepareStatement(select);
        PreparedStatement write = secondary.prepareStatement(insert)) {
      bounds(read, from, to);
      read.setFetchSize(BATCH);
      try (ResultSet rows = read.executeQuery()) {
        while (rows.next()) {
          ChangedTableException.throwUnless(table, side, rows.getInt(columns.size() + 1));
          for (int c = 1; c <= columns.size(); c++) {
            write.setString(c, rows.getString(c));
          }
          write.addBatch();
          if (++written % BATCH == 0) {
            write.executeBatch();
          }
        }
      }
      write.executeBatch();
    }
    return new CopyResult(written, 0, deleted, Set.of());
  }

  /** Nobody would bring rows of other tables back. */
  private void refuseActions(Connection secondary, Side side) throws SQLException {
    Optional<DeleteAction> action = DeleteAction.ofAll(secondary, table.on(side).name());
    if (action.isPresent()) {
      throw new SQLException(
          "rows of "
              + action.get().table()
              + " "
              + action.get().does()
              + " when rows of "
              + table.name()
              + " are replaced, which has no key",
          "23503");
    }
  }

  /** Beside those that a trigger has kept, the same rows would come once more. */
  private void refuseRowsThatStay(
      Connection secondary, Side side, @Nullable String from, @Nullable String to)
      throws SQLException {
    String sql =
        "SELECT EXISTS (SELECT FROM "
            + table.on(side).name().sql()
            + " t"
            + where(side, from, to)
            + ")";
    try (PreparedStatement statement = secondary.prepareStatement(sql)) {
      bounds(statement, from, to);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        if (row.getBoolean(1)) {
          throw new SQLException(
              "rows of " + table.on(side).name() + " are still there after they were deleted",
              "27000");
        }
      }
    }
  }

  private String where(Side side, @Nullable String from, @Nullable String to) {
    if (table.timeColumn().isEmpty() || from == null || to == null) {
      return "";
    }
    var column = table.timeColumn().get().on(side);
    return " WHERE t." + column.sql() + " BETWEEN ?::" + column.type() + " AND ?::" + column.type();
  }

  private void bounds(PreparedStatement statement, @Nullable String from, @Nullable String to)
      throws SQLException {
    if (table.timeColumn().isPresent() && from != null && to != null) {
      statement.setString(1, from);
      statement.setString(2, to);
    }
  }
}
