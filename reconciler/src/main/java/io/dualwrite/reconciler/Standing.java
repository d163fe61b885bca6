package io.dualwrite.reconciler;

import io.dualwrite.Side;
import io.dualwrite.reconciler.checksum.ComparedTable;
import io.dualwrite.reconciler.compare.Again;
import io.dualwrite.reconciler.compare.CompareOptions;
import io.dualwrite.reconciler.compare.Comparer.Mirrored;
import io.dualwrite.reconciler.compare.Verified;
import io.dualwrite.reconciler.watch.Looks.Known;
import io.dualwrite.reconciler.window.SideReadException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What comparisons have verified of the tables before a watch begins. */
record Standing(Comparing comparing) {

  /** By table; what may have changed since without a comparison's knowledge is left out. */
  Map<String, Known> known(CompareOptions options) {
    RunOpening runs = comparing.runs();
    Optional<Again> kept = runs.kept();
    if (kept.isEmpty()) {
      return Map.of();
    }
    Scene scene = comparing.scenes().scene(options);
    Duration lateness = comparing.config().reconciler().lateness();
    Optional<Instant> gap = runs.unsafeSince(scene.primary()).map(g -> g.minus(lateness));
    Instant late = comparing.control().now(scene.primary()).minus(lateness);
    Map<String, Known> known = new TreeMap<>();
    for (Mirrored table : scene.tables()) {
      Optional<Verified> verified = verified(kept.get(), scene, table);
      if (verified.isEmpty()) {
        continue;
      }
      Optional<Instant> pending =
          comparing
              .databases()
              .on(scene.primary(), c -> scene.locks().oldestPending(c, table.table()));
      Verified safe = verified.get();
      if (safe.grows()) {
        safe = safe.before(gap).before(pending.map(p -> p.minus(lateness)));
      } else if (gap.isPresent() || pending.filter(late::isAfter).isPresent()) {
        // Any row of it may have been written to one side alone, or be set aside.
        continue;
      }
      Optional<Instant> first =
          comparing.databases().on(Side.SOURCE, c -> Verified.first(c, table.table()));
      if (first.isPresent() && first.get().isBefore(safe.upTo())) {
        known.put(
            table.table().name().toString(),
            new Known(first.get(), safe.upTo(), safe.at(), safe.grows()));
      }
    }
    return known;
  }

  private static Optional<Verified> verified(Again kept, Scene scene, Mirrored table) {
    try {
      return Verified.of(kept, new ComparedTable(table.table(), scene.checksum(), scene.primary()));
    } catch (SQLException e) {
      throw new SideReadException(Side.TARGET, e);
    }
  }
}
