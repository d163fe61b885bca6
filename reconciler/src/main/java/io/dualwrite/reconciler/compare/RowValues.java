package io.dualwrite.reconciler.compare;

import io.dualwrite.Side;
import io.dualwrite.jdbc.copy.RowKey;
import io.dualwrite.jdbc.schema.Column;
import io.dualwrite.reconciler.checksum.ComparedColumn;
import io.dualwrite.reconciler.checksum.ComparedTable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads rows by key as the texts that decide whether they are the same. */
final class RowValues {
  private static final int FETCH_ROWS = 200;

  private final ComparedTable table;
  private final Side side;

  RowValues(ComparedTable table, Side side) {
    this.table = table;
    this.side = side;
  }

  /**
   * The rows that are there, by the position of their key in {@code keys}: several where the
   * table's key is not unique on this side.
   */
  Map<Integer, List<List<@Nullable String>>> read(Connection connection, List<RowKey> keys)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql())) {
      int columns = table.pair().key().size();
      for (int i = 0; i < columns; i++) {
        int column = i;
        Object[] texts = keys.stream().map(k -> k.values().get(column)).toArray();
        statement.setArray(i + 1, connection.createArrayOf("text", texts));
      }
      statement.setFetchSize(FETCH_ROWS);
      Map<Integer, List<List<@Nullable String>>> rows = new HashMap<>();
      try (ResultSet result = statement.executeQuery()) {
        while (result.next()) {
          List<@Nullable String> row = new ArrayList<>(table.columns().size());
          for (int i = 0; i < table.columns().size(); i++) {
            row.add(result.getString(2 + i));
          }
          rows.computeIfAbsent(result.getInt(1) - 1, n -> new ArrayList<>(1)).add(row);
        }
      }
      return rows;
    }
  }

  private String sql() {
    StringBuilder values = new StringBuilder();
    for (ComparedColumn column : table.columns()) {
      values
          .append(", ")
          .append(column.isShortenable() ? table.shortened(column.text(side)) : column.text(side));
    }
    StringBuilder names = new StringBuilder();
    StringBuilder arrays = new StringBuilder();
    StringBuilder on = new StringBuilder();
    for (int i = 0; i < table.pair().key().size(); i++) {
      Column column = table.pair().key().get(i).on(side);
      String name = "\"dualwrite key " + i + "\"";
      names.append(name).append(", ");
      arrays.append(i == 0 ? "?::text[]" : ", ?::text[]");
      on.append(i == 0 ? "" : " and ")
          .append("t.")
          .append(column.sql())
          .append(" = ")
          .append(table.keyValue(i, side, name));
    }
    return "select \"dualwrite n\""
        + values
        + " from unnest("
        + arrays
        + ") with ordinality as k("
        + names
        + "\"dualwrite n\") join "
        + table.from(side)
        + " t on "
        + on;
  }
}
