package io.dualwrite.reconciler.backfill;

import io.dualwrite.Side;
import io.dualwrite.jdbc.copy.TableStream;
import io.dualwrite.jdbc.schema.Refused;
import io.dualwrite.jdbc.schema.TablePair;
import io.dualwrite.reconciler.backfill.BackfillPlan.TablePlan;
import io.dualwrite.reconciler.compare.Comparer.Mirrored;
import io.dualwrite.reconciler.compare.Snapshots;
import io.dualwrite.reconciler.window.TableFacts;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Says what a backfill would do, after a look at both sides. Changes nothing.
 *
 * @param databases both sides
 * @param options what would be copied, and how
 * @param schema the control schema
 * @param migration its name
 */
public record Planner(
    Snapshots databases, BackfillOptions options, String schema, String migration) {

  /** The plan for these tables, given parents before children. */
  public BackfillPlan plan(List<Mirrored> tables, List<Refused> refused, Optional<Instant> until) {
    List<TablePlan> plans = new ArrayList<>();
    for (Refused table : refused) {
      plans.add(
          new TablePlan(
              table.table(),
              0,
              0,
              List.of(),
              "-",
              List.of(),
              Optional.of(table.explanation()),
              List.of()));
    }
    tables.forEach(t -> plans.add(plan(t.table(), until)));
    return new BackfillPlan(until, plans);
  }

  private TablePlan plan(TablePair pair, Optional<Instant> until) {
    TableFacts source = databases.on(Side.SOURCE, c -> TableFacts.read(c, pair.source()));
    TableFacts target = databases.on(Side.TARGET, c -> TableFacts.read(c, pair.target()));
    Cuts cuts = Cuts.of(pair, source, options.since(), until);
    return new TablePlan(
        pair.name().toString(),
        source.rows(),
        target.rows(),
        cuts.columns().stream().map(c -> c.source().name()).toList(),
        TableStream.of(pair, Side.SOURCE)
            .map(s -> s.binary() ? "binary" : "text")
            .orElse("row by row"),
        options.deferIndexes()
            ? new DeferredIndexes(databases, schema, migration)
                .of(pair, cuts).parts().stream().map(Deferred::label).toList()
            : List.of(),
        Optional.empty(),
        Notes.of(pair, cuts));
  }
}
