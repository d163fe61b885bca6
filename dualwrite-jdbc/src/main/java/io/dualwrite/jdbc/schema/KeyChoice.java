package io.dualwrite.jdbc.schema;

import io.dualwrite.jdbc.config.TableOverride;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What tells a table's rows apart, decided from one side alone. */
sealed interface KeyChoice {

  /** These columns, in this order. */
  record Chosen(List<Column> columns) implements KeyChoice {}

  /** Nothing: the table is mirrored by ranges. */
  record Ranges() implements KeyChoice {}

  /** Nothing, and so the table is not mirrored. */
  record None(String reason, String explanation) implements KeyChoice {}

  /** The configured key, else the primary key, else the smallest unique not-null index. */
  static KeyChoice of(NamedTable named) {
    TableOverride override = named.override();
    if (!override.key().isEmpty()) {
      return configured(named, override.key());
    }
    List<UniqueKey> candidates = candidates(named.table());
    Optional<Column> unsupported = Optional.empty();
    for (UniqueKey key : candidates) {
      List<Column> columns =
          key.columns().stream().flatMap(c -> named.table().column(c).stream()).toList();
      if (columns.stream().anyMatch(c -> named.ignored(c.name()))) {
        continue;
      }
      Optional<Column> bad = columns.stream().filter(c -> !KeyText.supports(c)).findFirst();
      if (bad.isEmpty()) {
        return new Chosen(columns);
      }
      unsupported = unsupported.or(() -> bad);
    }
    if (override.keylessRanges()) {
      return new Ranges();
    }
    return unsupported
        .map(column -> badType(named, column))
        .orElseGet(
            () ->
                new None(
                    "no-key",
                    named.identity()
                        + " has no primary key and no unique not-null index, so its rows cannot be told apart. Add `key: [...]` under"
                        + " tables.overrides, or `keyless: ranges` to mirror it by ranges of its time column"
                        + " (docs/tables-without-keys.md)."));
  }

  private static KeyChoice configured(NamedTable named, List<String> names) {
    List<Column> columns = new ArrayList<>();
    for (String name : names) {
      Optional<Column> column = named.column(name);
      if (column.isEmpty()) {
        return new None("configuration", named.noSuchColumn("key", name));
      }
      if (named.override().ignoreColumns().contains(name)) {
        return new None(
            "configuration",
            named.at("key") + ": " + name + " is also listed under ignore-columns.");
      }
      if (!column.get().notNull()) {
        return new None(
            "key-nullable",
            named.at("key")
                + ": "
                + name
                + " may be null, and null equals nothing. Declare it not null, or leave it out of the key.");
      }
      if (!KeyText.supports(column.get())) {
        return badType(named, column.get());
      }
      columns.add(column.get());
    }
    return new Chosen(columns);
  }

  private static None badType(NamedTable named, Column column) {
    return new None(
        "key-type",
        named.identity()
            + ": key column "
            + column.name()
            + " is of type "
            + column.type()
            + ", which cannot be part of a key here. Name another key with `key: [...]` under tables.overrides, or mirror the table"
            + " with `keyless: ranges` (docs/tables-without-keys.md).");
  }

  /** A deferrable primary key comes last: its rows can be told apart, but not upserted by it. */
  private static List<UniqueKey> candidates(Table table) {
    return table.uniqueKeys().stream()
        .filter(k -> k.notNull() && (k.immediate() || k.primary()))
        .sorted(
            Comparator.comparing((UniqueKey k) -> !k.immediate())
                .thenComparing(k -> !k.primary())
                .thenComparing(k -> k.columns().size())
                .thenComparing(UniqueKey::name))
        .toList();
  }
}
