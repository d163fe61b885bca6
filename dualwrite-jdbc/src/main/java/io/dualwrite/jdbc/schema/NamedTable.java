package io.dualwrite.jdbc.schema;

import io.dualwrite.Side;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.Suggestion;
import io.dualwrite.jdbc.config.TableOverride;
import java.util.Map;
import java.util.Optional;

/**
 * A table of one side with its identity and what the configuration, in the source's names, says of
 * it.
 *
 * @param side where the table stands
 * @param identity the source's {@code schema.name}
 */
record NamedTable(Side side, String identity, Table table, MigrationConfig config) {

  TableOverride override() {
    return config.tables().override(identity);
  }

  /** The column of this side that the source calls so. */
  Optional<Column> column(String sourceName) {
    return table.column(
        side == Side.SOURCE
            ? sourceName
            : override().columns().getOrDefault(sourceName, sourceName));
  }

  /** Whether the configuration leaves this column out; the name is this side's. */
  boolean ignored(String name) {
    return override().ignoreColumns().contains(sourceName(name));
  }

  /** What the source calls the column that this side calls so. */
  String sourceName(String name) {
    return side == Side.SOURCE ? name : sourceNameOf(name);
  }

  private String sourceNameOf(String targetName) {
    return override().columns().entrySet().stream()
        .filter(e -> e.getValue().equals(targetName))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse(targetName);
  }

  /** The place of a key of this table's override, for messages. */
  String at(String key) {
    return config.origin().at("tables.overrides." + identity + "." + key);
  }

  String noSuchColumn(String key, String name) {
    return at(key)
        + ": "
        + table.name()
        + " has no column "
        + name
        + " in the "
        + side.label()
        + "."
        + Suggestion.didYouMean(name, table.columns().stream().map(Column::name).toList());
  }
}
