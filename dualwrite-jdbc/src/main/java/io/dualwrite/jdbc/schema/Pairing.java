package io.dualwrite.jdbc.schema;

import io.dualwrite.Side;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.Suggestion;
import io.dualwrite.jdbc.config.TableOverride;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Looks for one source table's mirror on the target. */
final class Pairing {
  private final CapturedTable captured;
  private final String identity;
  private final Table source;
  private final Catalog targetCatalog;
  private final MigrationConfig config;
  private final TableOverride override;
  private final Consumer<Refused> refused;
  private final Consumer<Warning> warnings;

  Pairing(
      CapturedTable captured,
      Catalog targetCatalog,
      MigrationConfig config,
      Consumer<Refused> refused,
      Consumer<Warning> warnings) {
    this.captured = captured;
    this.identity = captured.journalName();
    this.source = captured.table();
    this.targetCatalog = targetCatalog;
    this.config = config;
    this.override = config.tables().override(identity);
    this.refused = refused;
    this.warnings = warnings;
  }

  /** The pair, or nothing and a refusal. */
  Optional<TablePair> pair() {
    String name = CapturedTables.targetName(identity, config);
    Optional<Table> found = targetCatalog.table(name);
    if (found.isEmpty()) {
      List<String> names = targetCatalog.tables().stream().map(t -> t.name().toString()).toList();
      return refuse(
          "target-missing",
          identity
              + ": the target has no table "
              + name
              + "."
              + Suggestion.didYouMean(name, names)
              + " Create it there, name another with `target:` under tables.overrides, or exclude the table.");
    }
    Table target = found.get();
    NamedTable named = new NamedTable(Side.TARGET, identity, target, config);
    Optional<Refused> refusal = CapturedTables.refusal(named, targetCatalog);
    if (refusal.isPresent()) {
      refusal.ifPresent(refused);
      return Optional.empty();
    }
    return columns(target).flatMap(columns -> pair(target, named, columns));
  }

  private Optional<TablePair> pair(Table target, NamedTable named, List<ColumnPair> columns) {
    List<ColumnPair> key = new ArrayList<>();
    for (Column column : captured.key()) {
      Optional<ColumnPair> pair = pairOf(columns, column);
      if (pair.isEmpty()) {
        return refuse(
            "target-computed",
            identity
                + ": key column "
                + column.name()
                + " is computed by the server on both sides, so that it cannot be copied.");
      }
      if (!KeyText.supports(pair.get().target())) {
        return refuse(
            "key-type",
            identity
                + ": key column "
                + column.name()
                + " is of type "
                + pair.get().target().type()
                + " on the target, which cannot be part of a key here. Name another key with `key: [...]` under tables.overrides.");
      }
      key.add(pair.get());
    }
    Optional<String> tolerated = toleranceProblem(columns, key);
    if (tolerated.isPresent()) {
      return refuse("configuration", tolerated.get());
    }
    Optional<ColumnPair> time =
        TimeColumns.of(new NamedTable(Side.SOURCE, identity, source, config), captured.key())
            .flatMap(column -> pairOf(columns, column));
    TablePair pair =
        new TablePair(
            source,
            target,
            columns,
            List.copyOf(key),
            time,
            override.appendOnly(),
            captured.policy());
    PairWarnings.of(pair, named).forEach(warnings);
    return Optional.of(pair);
  }

  /** Rows are told apart exactly, and values are near each other as what they are on the target. */
  private Optional<String> toleranceProblem(List<ColumnPair> columns, List<ColumnPair> key) {
    for (ColumnPair pair : columns) {
      if (pair.tolerance().isEmpty()) {
        continue;
      }
      String column =
          config.origin().at("tables.overrides." + identity + ".tolerances")
              + ": "
              + pair.source().name();
      if (key.isEmpty()) {
        return Optional.of(column + " can have no tolerance, because " + identity + " has no key.");
      }
      if (key.contains(pair)) {
        return Optional.of(column + " is part of the key, which tells rows apart exactly.");
      }
      if (!pair.tolerance().get().fits(pair.target().baseType())) {
        return Optional.of(
            column
                + " is of type "
                + pair.target().type()
                + " on the target, which "
                + pair.tolerance().get()
                + " does not fit.");
      }
    }
    return Optional.empty();
  }

  /**
   * Every source column with its counterpart; nothing and a refusal if one has none that can hold
   * its values.
   */
  private Optional<List<ColumnPair>> columns(Table target) {
    List<String> targetNames = target.columns().stream().map(Column::name).toList();
    List<ColumnPair> pairs = new ArrayList<>();
    Set<String> used = new HashSet<>();
    for (Column column : source.columns()) {
      if (override.ignoreColumns().contains(column.name())) {
        continue;
      }
      String name = override.columns().getOrDefault(column.name(), column.name());
      Optional<Column> counterpart = target.column(name);
      if (counterpart.isEmpty()) {
        return refuse(
            "column-missing",
            identity
                + ": "
                + target.name()
                + " on the target has no column "
                + name
                + "."
                + Suggestion.didYouMean(name, targetNames)
                + " Add it there, or under tables.overrides name it with `columns: {"
                + column.name()
                + ": ...}` or leave it out with `ignore-columns`.");
      }
      if (!used.add(name)) {
        return refuse(
            "configuration",
            config.origin().at("tables.overrides." + identity + ".columns")
                + ": two columns are mirrored to "
                + name
                + " of "
                + target.name()
                + ".");
      }
      if (column.writable() != counterpart.get().writable()) {
        Side side = column.writable() ? Side.TARGET : Side.SOURCE;
        return refuse(
            side == Side.TARGET ? "target-computed" : "source-computed",
            identity
                + ": column "
                + column.name()
                + " is computed by the server on the "
                + side.label()
                + " and a plain column on the "
                + side.other().label()
                + ". Make both alike, or leave it out with `ignore-columns` under tables.overrides.");
      }
      if (column.writable()) {
        pairs.add(
            new ColumnPair(
                column,
                counterpart.get(),
                Optional.ofNullable(override.tolerances().get(column.name()))));
      }
    }
    for (Column column : target.columns()) {
      if (column.required() && column.writable() && !used.contains(column.name())) {
        return refuse(
            "target-required",
            identity
                + ": column "
                + column.name()
                + " of "
                + target.name()
                + " on the target refuses null and has no default, and no source column fills it. Give it a default, or name its"
                + " source column with `columns` under tables.overrides.");
      }
    }
    return Optional.of(List.copyOf(pairs));
  }

  private static Optional<ColumnPair> pairOf(List<ColumnPair> columns, Column source) {
    return columns.stream().filter(p -> p.source().equals(source)).findFirst();
  }

  private <T> Optional<T> refuse(String reason, String explanation) {
    refused.accept(new Refused(identity, reason, explanation));
    return Optional.empty();
  }
}
