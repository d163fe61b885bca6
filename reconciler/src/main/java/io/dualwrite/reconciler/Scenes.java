package io.dualwrite.reconciler;

import io.dualwrite.Phase;
import io.dualwrite.Side;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.copy.CopyContext;
import io.dualwrite.jdbc.journal.Control;
import io.dualwrite.jdbc.schema.Catalog;
import io.dualwrite.jdbc.schema.Lane;
import io.dualwrite.jdbc.schema.Mirror;
import io.dualwrite.jdbc.schema.Refused;
import io.dualwrite.reconciler.ReconcilerException.Kind;
import io.dualwrite.reconciler.checksum.Checksum;
import io.dualwrite.reconciler.checksum.ChecksumProbe;
import io.dualwrite.reconciler.compare.CompareOptions;
import io.dualwrite.reconciler.compare.Comparer.Mirrored;
import io.dualwrite.reconciler.compare.LaneLocks;
import io.dualwrite.reconciler.compare.Snapshots;
import io.dualwrite.reconciler.inspect.TableNames;
import io.dualwrite.reconciler.inspect.UnmatchedGlobs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Looks at both databases at the start of a run. */
record Scenes(
    MigrationConfig config, Snapshots databases, ControlTables control, Registration registration) {
  /** How long a lane's lock is waited for, and how long one statement under it may take. */
  private static final Duration STATEMENT_LIMIT = Duration.ofSeconds(30);

  /**
   * What they are like now.
   *
   * @throws ReconcilerException if they belong to other migrations, or no table is left to look at
   */
  Scene scene(CompareOptions options) {
    List.of(Side.values()).forEach(registration::throwIfOthers);
    Phase phase = control.state().map(Control.State::phase).orElse(config.phase());
    String schema = config.journal().schema();
    Catalog source = databases.on(Side.SOURCE, c -> Catalog.read(c, schema));
    Catalog target = databases.on(Side.TARGET, c -> Catalog.read(c, schema));
    Mirror mirror = Mirror.of(source, target, config);
    mirror.throwOnProblems();
    throwIfMirroredToThemselves(mirror);
    Checksum checksum =
        ChecksumProbe.agree(
            databases.on(Side.SOURCE, ChecksumProbe::of),
            databases.on(Side.TARGET, ChecksumProbe::of),
            options.checksum());
    List<String> wanted = names(mirror, source, options.tables());
    List<Mirrored> tables = new ArrayList<>();
    for (Lane lane : mirror.lanes()) {
      lane.tables().stream()
          .filter(t -> wanted.isEmpty() || wanted.contains(t.name().toString()))
          .filter(t -> !options.excludes(t.name().toString()))
          .forEach(t -> tables.add(new Mirrored(t, lane)));
    }
    UnmatchedGlobs unmatched = new UnmatchedGlobs(config, source);
    List<Refused> refused =
        Stream.concat(mirror.refused().stream(), unmatched.refused().stream())
            .filter(r -> wanted.isEmpty() || wanted.contains(r.table()))
            .filter(r -> !options.excludes(r.table()))
            .toList();
    if (tables.isEmpty() && refused.isEmpty()) {
      throw new ReconcilerException(
          Kind.USAGE,
          options.exclude().isEmpty() ? unmatched.explanation() : "--exclude leaves no table");
    }
    return new Scene(locks(phase), checksum, wanted, tables, refused);
  }

  private void throwIfMirroredToThemselves(Mirror mirror) {
    if (mirror.tables().stream().anyMatch(t -> t.source().oid() == t.target().oid())
        && ServerStarts.same(databases)) {
      throw new ReconcilerException(
          Kind.USAGE,
          "source and target are the same database: tables would be compared with themselves. Correct source.url or target.url.");
    }
  }

  private LaneLocks locks(Phase phase) {
    Side primary = phase.primary();
    CopyContext context =
        CopyContext.of(config, primary, databases.source(), databases.target(), STATEMENT_LIMIT);
    return new LaneLocks(context, control.exists(primary));
  }

  /** The tables asked for, by their identities. */
  private List<String> names(Mirror mirror, Catalog source, List<String> asked) {
    return new TableNames(
            Stream.concat(
                    mirror.tables().stream().map(t -> t.name().toString()),
                    mirror.refused().stream().map(Refused::table))
                .toList(),
            source.tables().stream().map(t -> t.name().toString()).toList(),
            config.tables())
        .resolve(asked);
  }
}
