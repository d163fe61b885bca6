package io.dualwrite.jdbc.schema;

import io.dualwrite.Side;
import io.dualwrite.jdbc.config.ConfigurationException;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.Suggestion;
import io.dualwrite.jdbc.config.TableOverride;
import io.dualwrite.jdbc.config.Tolerance;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The tables whose writes the primary journals, from its catalog and the configuration alone: an
 * application starts and journals while the secondary is away.
 *
 * <p>With the target as primary a table's key is the configured one, else the target's own; where
 * the two sides' primary keys differ {@link Mirror#warnings} asks for {@code key}.
 *
 * @param primary the side that the tables stand on
 * @param tables by identity
 * @param refused selected tables that cannot be mirrored
 * @param problems mistakes of the configuration: overrides that name no table or no column
 */
public record CapturedTables(
    Side primary, List<CapturedTable> tables, List<Refused> refused, List<String> problems) {

  /** Decides over every table of the primary. */
  public static CapturedTables of(Side primary, Catalog catalog, MigrationConfig config) {
    List<CapturedTable> tables = new ArrayList<>();
    List<Refused> refused = new ArrayList<>();
    Map<String, String> identities = primary == Side.TARGET ? identities(config) : Map.of();
    for (Table table : catalog.tables()) {
      String name = table.name().toString();
      String identity = identities.getOrDefault(name, name);
      if (!config.tables().selects(identity)
          || (primary == Side.TARGET && !targetName(identity, config).equals(name))) {
        continue;
      }
      NamedTable named = new NamedTable(primary, identity, table, config);
      Optional<Refused> refusal = refusal(named, catalog);
      if (refusal.isPresent()) {
        refused.add(refusal.get());
        continue;
      }
      KeyChoice choice = KeyChoice.of(named);
      if (choice instanceof KeyChoice.None none) {
        refused.add(new Refused(identity, none.reason(), none.explanation()));
      } else {
        List<Column> key = choice instanceof KeyChoice.Chosen chosen ? chosen.columns() : List.of();
        Optional<Column> range = key.isEmpty() ? TimeColumns.of(named, key) : Optional.empty();
        int keyId =
            KeyId.of(
                key.stream().map(c -> named.sourceName(c.name())).toList(),
                range.map(c -> named.sourceName(c.name())));
        tables.add(
            new CapturedTable(
                identity,
                table,
                key,
                range,
                keyId,
                config.failurePolicy(identity),
                config.deliveryLanes() > 1));
      }
    }
    return new CapturedTables(
        primary, List.copyOf(tables), List.copyOf(refused), problems(primary, catalog, config));
  }

  /** Throws if the configuration names what does not exist. */
  public void throwOnProblems() {
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }
  }

  /** Why a table cannot be mirrored whatever its key. */
  static Optional<Refused> refusal(NamedTable named, Catalog catalog) {
    String who =
        named.identity()
            + (named.side() == Side.TARGET ? " (" + named.table().name() + " on the target)" : "");
    if (named.table().hasRules()) {
      return Optional.of(
          new Refused(
              named.identity(),
              "rule",
              who
                  + " has rewrite rules, which send its writes elsewhere unseen. Replace them by triggers, or exclude the table."));
    }
    if (catalog.inherits(named.table())) {
      return Optional.of(
          new Refused(
              named.identity(),
              "inheritance",
              who
                  + " has a parent or children by inheritance, so that a row shows in several tables. Use declarative partitioning,"
                  + " or exclude the tables."));
    }
    return TimeColumns.problem(named)
        .map(problem -> new Refused(named.identity(), "configuration", problem));
  }

  /** What the table of that identity is called on the target. */
  static String targetName(String identity, MigrationConfig config) {
    return config.tables().override(identity).target().orElse(identity);
  }

  private static Map<String, String> identities(MigrationConfig config) {
    Map<String, String> identities = new HashMap<>();
    config
        .tables()
        .overrides()
        .forEach(
            (identity, override) ->
                override.target().ifPresent(name -> identities.put(name, identity)));
    return identities;
  }

  private static List<String> problems(Side side, Catalog catalog, MigrationConfig config) {
    List<String> problems = new ArrayList<>();
    List<String> names = catalog.tables().stream().map(t -> t.name().toString()).toList();
    config
        .tables()
        .overrides()
        .forEach(
            (identity, override) -> {
              String name = side == Side.SOURCE ? identity : targetName(identity, config);
              Optional<Table> table = catalog.table(name);
              if (table.isEmpty()) {
                problems.add(
                    config.origin().at("tables.overrides." + identity)
                        + ": no such table in the "
                        + side.label()
                        + "."
                        + Suggestion.didYouMean(name, names));
              } else {
                columnProblems(
                    new NamedTable(side, identity, table.get(), config), override, problems);
              }
            });
    return List.copyOf(problems);
  }

  private static void columnProblems(
      NamedTable named, TableOverride override, List<String> problems) {
    override.key().stream()
        .filter(c -> named.column(c).isEmpty())
        .forEach(c -> problems.add(named.noSuchColumn("key", c)));
    TimeColumns.problem(named).ifPresent(problems::add);
    if (named.side() == Side.SOURCE) {
      override.columns().keySet().stream()
          .filter(c -> named.column(c).isEmpty())
          .forEach(c -> problems.add(named.noSuchColumn("columns", c)));
      override.ignoreColumns().stream()
          .filter(c -> named.column(c).isEmpty())
          .sorted()
          .forEach(c -> problems.add(named.noSuchColumn("ignore-columns", c)));
      override
          .tolerances()
          .forEach((c, t) -> toleranceProblem(named, c, t).ifPresent(problems::add));
    }
  }

  private static Optional<String> toleranceProblem(
      NamedTable named, String name, Tolerance tolerance) {
    Optional<Column> column = named.column(name);
    if (column.isEmpty()) {
      return Optional.of(named.noSuchColumn("tolerances", name));
    }
    return tolerance.fits(column.get().baseType())
        ? Optional.empty()
        : Optional.of(
            named.at("tolerances")
                + ": "
                + name
                + " is of type "
                + column.get().type()
                + ", which "
                + tolerance
                + " does not fit.");
  }
}
