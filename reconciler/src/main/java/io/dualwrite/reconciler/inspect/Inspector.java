package io.dualwrite.reconciler.inspect;

import io.dualwrite.Phase;
import io.dualwrite.Side;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.TableOverride;
import io.dualwrite.jdbc.config.TablesConfig;
import io.dualwrite.jdbc.journal.Control;
import io.dualwrite.jdbc.schema.Mirror;
import io.dualwrite.jdbc.schema.Table;
import io.dualwrite.jdbc.schema.TablePair;
import io.dualwrite.reconciler.compare.Snapshots;
import io.dualwrite.reconciler.inspect.InspectedTable.Fate;
import io.dualwrite.reconciler.state.DroppedPart;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reads both databases in read-only transactions and says what stands in the way. Neither the
 * control schema nor any privilege but that to log in is needed. What cannot be read is no finding:
 * it is thrown.
 */
public final class Inspector {
  private final MigrationConfig config;
  private final Snapshots databases;
  private final Clock clock;

  /** Over two databases. */
  public Inspector(MigrationConfig config, Snapshots databases, Clock clock) {
    this.config = config;
    this.databases = databases;
    this.clock = clock;
  }

  /**
   * Looks.
   *
   * @throws io.dualwrite.reconciler.window.SideReadException if a side could not be read
   * @throws IllegalArgumentException if the source has no table that is asked for
   */
  public Inspection inspect(InspectOptions asked) {
    Instant startedAt = clock.instant();
    SideFacts source = databases.on(Side.SOURCE, c -> new SideQueries(c, config).read());
    SideFacts target = databases.on(Side.TARGET, c -> new SideQueries(c, config).read());
    List<String> all = source.catalog().tables().stream().map(t -> t.name().toString()).toList();
    InspectOptions options =
        new InspectOptions(
            new TableNames(all, all, config.tables()).resolve(asked.tables()), asked.parallelism());
    Phase phase =
        source
            .control()
            .state()
            .or(() -> target.control().state())
            .map(Control.State::phase)
            .orElse(config.phase());
    Mirror mirror = Mirror.of(source.catalog(), target.catalog(), config);
    BothFacts both = new BothFacts(config, options, phase, mirror, source, target);
    Findings findings = new Findings();
    SelectionChecks.look(both, findings);
    PrivilegeChecks.look(both, findings);
    ServerChecks.look(both, findings);
    ColumnChecks.look(both, findings);
    TableChecks.look(both, findings);
    dropped(findings);
    Set<Side> initialised = EnumSet.noneOf(Side.class);
    for (Side side : Side.values()) {
      if (both.on(side).control().begun()) {
        initialised.add(side);
      }
    }
    List<InspectedTable> tables =
        source.catalog().tables().stream()
            .filter(t -> wanted(options, t.name().toString()))
            .map(t -> table(both, t))
            .toList();
    return new Inspection(
        config.migration(),
        startedAt,
        Duration.between(startedAt, clock.instant()),
        phase,
        config.journal().schema(),
        initialised,
        source.server(),
        target.server(),
        tables,
        findings.ranked().stream()
            .filter(f -> f.table().isEmpty() || wanted(options, f.table().get()))
            .toList());
  }

  /** What an interrupted backfill has left undone is in no catalog. */
  private void dropped(Findings findings) {
    List<DroppedPart> parts =
        databases.on(
            Side.TARGET, c -> DroppedPart.read(c, config.journal().schema(), config.migration()));
    if (!parts.isEmpty()) {
      findings.add(
          Severity.LOSES,
          "dropped-by-backfill",
          DroppedPart.lacking(parts) + ".",
          "reconciler backfill --restore-indexes, unless a backfill is under way: it builds them at its end.");
    }
  }

  private static boolean wanted(InspectOptions options, String table) {
    return options.tables().isEmpty() || options.tables().contains(table);
  }

  private InspectedTable table(BothFacts both, Table source) {
    TablesConfig tables = config.tables();
    String name = source.name().toString();
    TableOverride override = tables.override(name);
    String targetName = override.target().orElse(name);
    Optional<Table> target = both.target().catalog().table(targetName);
    Optional<TablePair> pair = both.mirror().table(name);
    Optional<String> excluded = tables.excludedBy(name);
    Optional<String> included = tables.includedBy(name);
    Fate fate =
        included.isEmpty()
            ? Fate.NOT_INCLUDED
            : excluded.isPresent()
                ? Fate.EXCLUDED
                : pair.isPresent() ? Fate.MIRRORED : Fate.REFUSED;
    List<InspectedColumn> columns = new ArrayList<>();
    if (pair.isPresent()) {
      columns.addAll(ColumnLines.of(pair.get(), override));
    } else if (fate == Fate.REFUSED) {
      columns.addAll(ColumnLines.ofRefused(source, target, override));
    }
    Optional<String> time = pair.flatMap(TablePair::timeColumn).map(c -> c.source().name());
    return new InspectedTable(
        name,
        targetName,
        fate,
        fate == Fate.EXCLUDED ? excluded : included,
        pair.map(p -> p.key().stream().map(k -> k.source().name()).toList()).orElse(List.of()),
        time,
        pair.isPresent()
            && pair.get().timeColumn().isPresent()
            && both.indexed(pair.get(), Side.SOURCE, time.orElseThrow())
            && both.indexed(pair.get(), Side.TARGET, pair.get().timeColumn().get().target().name()),
        both.source().of(source).rows(),
        target.map(t -> both.target().of(t).rows()).orElse(-1L),
        columns);
  }
}
