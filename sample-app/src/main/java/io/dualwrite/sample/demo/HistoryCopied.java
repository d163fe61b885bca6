package io.dualwrite.sample.demo;

import static io.dualwrite.sample.demo.Figures.format;
import static java.util.stream.Collectors.joining;

import io.dualwrite.reconciler.Reconciler;
import io.dualwrite.reconciler.backfill.Backfill;
import io.dualwrite.reconciler.backfill.BackfillOptions;
import java.util.List;

/** What was there before dual writes began is brought over, while the traffic goes on. */
final class HistoryCopied implements Step {

  @Override
  public String title() {
    return "history copied";
  }

  @Override
  public List<String> play(Stage stage, Claims claims) throws Exception {
    long before = stage.target().number("SELECT count(*) FROM flights");
    stage.traffic(stage.pace().steady());
    int from = stage.answers().count();
    long start = System.nanoTime();
    // A flight's time says when it flies, not when it was written: all rows are history.
    Backfill backfill =
        Reconciler.backfill(
            stage.config(),
            BackfillOptions.of(stage.config().reconciler()).end(BackfillOptions.End.NONE));
    Sample traffic = stage.since(from, start);

    claims.that(backfill.complete(), "not all was copied: %s", problems(backfill));
    claims.that(backfill.copied() > 0, "nothing was copied");
    claims.that(traffic.requests() > 0, "no request was answered meanwhile");
    stage.checkAllEqual(claims);
    long after = stage.target().number("SELECT count(*) FROM flights");
    return List.of(
        format(
            "%,d → %,d flights on the new server · %,.0f rows/s, each window verified",
            before, after, backfill.copied() / traffic.seconds()),
        format("traffic went on: %,d requests meanwhile", traffic.requests()));
  }

  private static String problems(Backfill backfill) {
    return backfill.tables().stream().flatMap(t -> t.problems().stream()).collect(joining("; "));
  }
}
