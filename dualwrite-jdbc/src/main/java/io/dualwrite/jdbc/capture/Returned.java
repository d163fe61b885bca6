package io.dualwrite.jdbc.capture;

import io.dualwrite.jdbc.schema.CapturedTable;
import io.dualwrite.jdbc.schema.Identifiers;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a statement gives back to the application as rows.
 *
 * @param added the list that pgjdbc would have added after {@code RETURNING} for generated keys;
 *     empty if it adds none
 * @param labels the labels of the columns; empty if no rows are given back
 */
record Returned(Optional<String> added, List<String> labels) {
  private static final Returned NOTHING = new Returned(Optional.empty(), List.of());

  /** What a write within a {@code WITH} list gives to the rest of the statement. */
  static Returned within(WriteStatement query, CapturedTable table, ColumnNames names)
      throws SQLException {
    return query.returns() ? written(query, table, names) : NOTHING;
  }

  /** What the outermost statement gives back. */
  static Returned by(
      WriteStatement statement, CapturedTable table, DriverKeys keys, ColumnNames names)
      throws SQLException {
    if (statement.returns()) {
      return written(statement, table, names);
    }
    return keys.added() ? added(statement, table, keys.requested(), names) : NOTHING;
  }

  private static Returned written(WriteStatement statement, CapturedTable table, ColumnNames names)
      throws SQLException {
    Optional<List<String>> labels = ReturningLabels.of(statement, table);
    return new Returned(
        Optional.empty(), labels.isPresent() ? labels.get() : names.of(statement.run().ownText()));
  }

  private static Returned added(
      WriteStatement statement, CapturedTable table, RequestedKeys keys, ColumnNames names)
      throws SQLException {
    if (asksForAll(keys)) {
      Optional<List<String>> labels =
          statement.from() < 0 ? ReturningLabels.allColumns(statement, table) : Optional.empty();
      return new Returned(
          Optional.of("*"),
          labels.isPresent() ? labels.get() : names.of(statement.run().ownText() + " RETURNING *"));
    }
    if (keys instanceof RequestedKeys.Columns columns && !columns.names().isEmpty()) {
      String list =
          columns.names().stream().map(Identifiers::quote).collect(Collectors.joining(", "));
      return new Returned(Optional.of(list), columns.names());
    }
    return NOTHING;
  }

  /** pgjdbc takes a single name that begins with an asterisk for all columns. */
  static boolean asksForAll(RequestedKeys keys) {
    return keys instanceof RequestedKeys.All
        || (keys instanceof RequestedKeys.Columns columns
            && columns.names().size() == 1
            && columns.names().get(0).startsWith("*"));
  }

  boolean isNothing() {
    return labels.isEmpty();
  }
}
