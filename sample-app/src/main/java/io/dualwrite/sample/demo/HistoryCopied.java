package io.dualwrite.sample.demo;

import static io.dualwrite.sample.demo.Figures.format;

import io.dualwrite.reconciler.Reconciler;
import io.dualwrite.reconciler.compare.WindowResult.Status;
import io.dualwrite.reconciler.repair.Repair;
import java.util.List;

/**
 * What was there before dual writes began is brought over: a repair of everything, while the
 * traffic goes on.
 */
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
    Repair repair = Reconciler.repair(stage.config(), stage.everything());
    Sample traffic = stage.since(from, start);

    claims.that(
        repair.after().count(Status.FAILED) == 0,
        "windows could not be compared: %s",
        repair.after());
    claims.that(repair.copied() > 0, "nothing was copied");
    claims.that(traffic.requests() > 0, "no request was answered meanwhile");
    stage.checkAllEqual(claims);
    long after = stage.target().number("SELECT count(*) FROM flights");
    return List.of(
        format(
            "%,d → %,d flights on the new server · %,.0f rows/s, compared again",
            before, after, repair.copied() / traffic.seconds()),
        format("traffic went on: %,d requests meanwhile", traffic.requests()));
  }
}
