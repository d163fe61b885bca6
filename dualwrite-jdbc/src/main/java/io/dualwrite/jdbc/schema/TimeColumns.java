package io.dualwrite.jdbc.schema;

import java.util.List;
import java.util.Optional;

/** Which column a table's windows are made of. */
final class TimeColumns {
  private TimeColumns() {}

  /**
   * The configured column, else a hypertable's or partitioned table's, else the only timestamp of
   * the key.
   */
  static Optional<Column> of(NamedTable named, List<Column> key) {
    Optional<String> configured = named.override().timeColumn();
    if (configured.isPresent()) {
      return configured.flatMap(named::column).filter(TimeColumns::isTime);
    }
    return named
        .table()
        .partitionColumn()
        .flatMap(named.table()::column)
        .filter(c -> isTime(c) && c.writable() && !named.ignored(c.name()))
        .or(() -> onlyTimestamp(key));
  }

  /** What is wrong with the configured column, if anything. */
  static Optional<String> problem(NamedTable named) {
    return named
        .override()
        .timeColumn()
        .flatMap(
            name -> {
              Optional<Column> column = named.column(name);
              if (column.isEmpty()) {
                return Optional.of(named.noSuchColumn("time-column", name));
              }
              if (!isTime(column.get()) || named.override().ignoreColumns().contains(name)) {
                return Optional.of(
                    named.at("time-column")
                        + ": "
                        + name
                        + " is "
                        + column.get().type()
                        + "; a time column is a date, timestamp or timestamptz that is copied.");
              }
              return Optional.empty();
            });
  }

  private static Optional<Column> onlyTimestamp(List<Column> key) {
    List<Column> times = key.stream().filter(c -> c.baseType().startsWith("timestamp")).toList();
    return times.size() == 1 ? Optional.of(times.get(0)) : Optional.empty();
  }

  private static boolean isTime(Column column) {
    return column.typeKind() == 'b'
        && switch (column.baseType()) {
          case "date", "timestamp", "timestamptz" -> true;
          default -> false;
        };
  }
}
