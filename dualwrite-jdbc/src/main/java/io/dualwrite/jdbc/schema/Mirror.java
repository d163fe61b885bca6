package io.dualwrite.jdbc.schema;

import io.dualwrite.Side;
import io.dualwrite.jdbc.config.ConfigurationException;
import io.dualwrite.jdbc.config.MigrationConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which table mirrors which, from both catalogs.
 *
 * @param tables the mirrored tables, by identity
 * @param lanes every mirrored table in exactly one
 * @param refused selected tables that are not mirrored, and why
 * @param warnings what works, but not as well as it could, or not after a change of roles
 * @param problems mistakes of the configuration: overrides that name no table or no column
 */
public record Mirror(
    List<TablePair> tables,
    List<Lane> lanes,
    List<Refused> refused,
    List<Warning> warnings,
    List<String> problems) {

  /**
   * Pairs the tables of both sides. Never throws for what it finds; see {@link #throwOnProblems}.
   */
  public static Mirror of(Catalog source, Catalog target, MigrationConfig config) {
    CapturedTables captured = CapturedTables.of(Side.SOURCE, source, config);
    List<Refused> refused = new ArrayList<>(captured.refused());
    List<Warning> warnings = new ArrayList<>();
    List<TablePair> pairs = new ArrayList<>();
    for (CapturedTable table : captured.tables()) {
      new Pairing(table, target, config, refused::add, warnings::add).pair().ifPresent(pairs::add);
    }
    Targets.refuseShared(pairs, refused);
    Targets.warnOfOuterParents(pairs, warnings);
    return new Mirror(
        List.copyOf(pairs),
        Lanes.of(pairs),
        List.copyOf(refused),
        List.copyOf(warnings),
        captured.problems());
  }

  /** The mirrored table of that identity: the source's {@code schema.name}. */
  public Optional<TablePair> table(String identity) {
    return tables.stream().filter(t -> t.name().toString().equals(identity)).findFirst();
  }

  /** The lane of that mirrored table. */
  public Lane lane(TablePair table) {
    return lanes.stream()
        .filter(l -> l.tables().contains(table))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(table.name() + " is not of this mirror"));
  }

  /** Throws if the configuration names what does not exist. */
  public void throwOnProblems() {
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems);
    }
  }
}
