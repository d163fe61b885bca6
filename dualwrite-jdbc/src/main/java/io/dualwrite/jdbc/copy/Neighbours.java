package io.dualwrite.jdbc.copy;

import io.dualwrite.Side;
import io.dualwrite.jdbc.schema.Column;
import io.dualwrite.jdbc.schema.ColumnPair;
import io.dualwrite.jdbc.schema.ColumnText;
import io.dualwrite.jdbc.schema.ForeignKey;
import io.dualwrite.jdbc.schema.Lane;
import io.dualwrite.jdbc.schema.TableName;
import io.dualwrite.jdbc.schema.TablePair;
import io.dualwrite.jdbc.schema.UniqueKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds the rows that a constraint of the secondary ties to a row: parents, children, holders of a
 * unique value.
 */
final class Neighbours {
  private static final int CHILDREN_AT_ONCE = 1000;

  private final LockedCopy copy;
  private final Side primarySide;
  private final Side secondarySide;
  private final Lane lane;

  Neighbours(LockedCopy copy, CopyContext context, Lane lane) {
    this.copy = copy;
    this.primarySide = context.primary();
    this.secondarySide = context.secondary();
    this.lane = lane;
  }

  /** Keys of the rows of the primary that this row refers to. */
  Map<TablePair, List<RowKey>> parents(TablePair table, Row row, String constraint)
      throws SQLException {
    Map<TablePair, List<RowKey>> found = new HashMap<>();
    for (ForeignKey key : table.on(secondarySide).foreignKeys()) {
      Optional<TablePair> parent = pair(key.parent());
      List<@Nullable String> values = values(table, row, key.columns());
      if (key.name().equals(constraint) && parent.isPresent() && !values.contains(null)) {
        Optional<List<ColumnPair>> columns = columns(parent.get(), key.parentColumns());
        if (columns.isPresent()) {
          found.put(
              parent.get(),
              keysWhere(copy.primary(), primarySide, parent.get(), columns.get(), values));
        }
      }
    }
    return found;
  }

  /** Keys of rows of the secondary that refer to this row by that constraint. */
  Map<TablePair, List<RowKey>> children(TablePair table, RowKey key, String constraint)
      throws SQLException {
    Map<TablePair, List<RowKey>> found = new HashMap<>();
    Row row = copy.readSecondary(table, List.of(key)).get(key);
    if (row == null) {
      return found;
    }
    for (TablePair child : lane.tables()) {
      for (ForeignKey reference : child.on(secondarySide).foreignKeys()) {
        Optional<List<ColumnPair>> columns = columns(child, reference.columns());
        if (reference.name().equals(constraint)
            && reference.parent().equals(table.on(secondarySide).name())
            && columns.isPresent()) {
          List<@Nullable String> values = values(table, row, reference.parentColumns());
          found.put(
              child, keysWhere(copy.secondary(), secondarySide, child, columns.get(), values));
        }
      }
    }
    return found;
  }

  /** Keys of other rows of the secondary that hold this row's value of that unique constraint. */
  List<RowKey> inTheWay(TablePair table, Row row, String constraint) throws SQLException {
    Optional<List<ColumnPair>> columns =
        unique(table, constraint).flatMap(u -> columns(table, u.columns()));
    if (columns.isEmpty()) {
      return List.of();
    }
    List<RowKey> found =
        new ArrayList<>(
            keysWhere(
                copy.secondary(),
                secondarySide,
                table,
                columns.get(),
                values(table, row, unique(table, constraint).orElseThrow().columns())));
    found.remove(copy.transfer(table).keyOf(row));
    return found;
  }

  /** The row with the columns of that foreign key null, if they may be. */
  @Nullable Row withoutReference(TablePair table, Row row, String constraint) {
    for (ForeignKey key : table.on(secondarySide).foreignKeys()) {
      Optional<List<ColumnPair>> columns = columns(table, key.columns());
      if (key.name().equals(constraint) && columns.isPresent()) {
        List<ColumnPair> open =
            columns.get().stream()
                .filter(c -> !c.on(secondarySide).notNull() && !table.key().contains(c))
                .toList();
        if (!open.isEmpty()) {
          List<@Nullable String> values = new ArrayList<>(row.values());
          open.forEach(c -> values.set(table.columns().indexOf(c), null));
          return new Row(values);
        }
      }
    }
    return null;
  }

  /**
   * Gives a row of the secondary another value in a column of that unique constraint; false if no
   * column allows it.
   */
  boolean park(TablePair table, RowKey key, String constraint) throws SQLException {
    Optional<UniqueKey> unique = unique(table, constraint);
    if (unique.isEmpty()) {
      return false;
    }
    for (String name : unique.get().columns()) {
      Column column = table.on(secondarySide).column(name).orElseThrow();
      String value =
          table.key().stream().anyMatch(k -> k.on(secondarySide).name().equals(name))
              ? null
              : elsewhere(column);
      if (value != null && parked(table, key, column, value)) {
        return true;
      }
    }
    return false;
  }

  private boolean parked(TablePair table, RowKey key, Column column, String value)
      throws SQLException {
    List<String> same = new ArrayList<>();
    for (ColumnPair k : table.key()) {
      same.add(
          k.on(secondarySide).sql() + " = " + ColumnText.write(k.on(secondarySide), "?::text"));
    }
    String sql =
        "UPDATE "
            + table.on(secondarySide).name().sql()
            + " SET "
            + column.sql()
            + " = "
            + value
            + " WHERE "
            + String.join(" AND ", same);
    Connection secondary = copy.secondary();
    Savepoint before = secondary.setSavepoint();
    try (PreparedStatement statement = secondary.prepareStatement(sql)) {
      for (int i = 0; i < key.values().size(); i++) {
        statement.setString(i + 1, key.values().get(i));
      }
      return statement.executeUpdate() == 1;
    } catch (SQLException e) {
      if (!Failures.refusesRow(e)) {
        throw e;
      }
      secondary.rollback(before);
      return false;
    }
  }

  /**
   * An expression for a value that no other row is likely to have; null if the type has none. Never
   * committed.
   */
  private static @Nullable String elsewhere(Column column) {
    if (!column.notNull()) {
      return "NULL";
    }
    return switch (column.baseType()) {
      case "int2" -> "(-floor(random() * 32767) - 1)::int2";
      case "int4" -> "(-floor(random() * 2147483647) - 1)::int4";
      case "int8" -> "(-floor(random() * 9007199254740991) - 1)::int8";
      case "numeric", "float4", "float8" -> "-random()";
      case "uuid" -> "pg_catalog.gen_random_uuid()";
      case "text", "varchar", "bpchar", "citext" ->
          "pg_catalog.md5(random()::text)::" + column.type();
      case "timestamp", "timestamptz", "date" ->
          "(timestamp '0001-01-01' + random() * interval '1000 years')::" + column.type();
      default -> null;
    };
  }

  private List<RowKey> keysWhere(
      Connection connection,
      Side side,
      TablePair table,
      List<ColumnPair> columns,
      List<@Nullable String> values)
      throws SQLException {
    List<String> keys = new ArrayList<>();
    for (ColumnPair k : table.key()) {
      keys.add(ColumnText.read(k.on(side), "t." + k.on(side).sql()));
    }
    List<String> same = new ArrayList<>();
    for (ColumnPair c : columns) {
      same.add("t." + c.on(side).sql() + " = " + ColumnText.write(c.on(side), "?::text"));
    }
    String sql =
        "SELECT "
            + String.join(", ", keys)
            + " FROM "
            + table.on(side).name().sql()
            + " t WHERE "
            + String.join(" AND ", same)
            + " LIMIT "
            + CHILDREN_AT_ONCE;
    List<RowKey> found = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.size(); i++) {
        statement.setString(i + 1, values.get(i));
      }
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          List<String> key = new ArrayList<>(keys.size());
          for (int i = 1; i <= keys.size(); i++) {
            key.add(rows.getString(i));
          }
          found.add(new RowKey(key));
        }
      }
    }
    return found;
  }

  private Optional<UniqueKey> unique(TablePair table, String constraint) {
    return table.on(secondarySide).uniqueKeys().stream()
        .filter(u -> u.name().equals(constraint))
        .findFirst();
  }

  private Optional<TablePair> pair(TableName name) {
    return lane.tables().stream().filter(t -> t.on(secondarySide).name().equals(name)).findFirst();
  }

  /** The pairs of these columns of the secondary, if all of them are mirrored. */
  private Optional<List<ColumnPair>> columns(TablePair table, List<String> names) {
    List<ColumnPair> found = new ArrayList<>();
    for (String name : names) {
      table.columns().stream()
          .filter(c -> c.on(secondarySide).name().equals(name))
          .findFirst()
          .ifPresent(found::add);
    }
    return found.size() == names.size() ? Optional.of(found) : Optional.empty();
  }

  private List<@Nullable String> values(TablePair table, Row row, List<String> names) {
    List<@Nullable String> values = new ArrayList<>();
    for (String name : names) {
      for (int i = 0; i < table.columns().size(); i++) {
        if (table.columns().get(i).on(secondarySide).name().equals(name)) {
          values.add(row.values().get(i));
        }
      }
    }
    return values;
  }
}
