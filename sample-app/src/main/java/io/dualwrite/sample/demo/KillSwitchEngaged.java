package io.dualwrite.sample.demo;

import static io.dualwrite.sample.demo.Figures.format;

import io.dualwrite.reconciler.Reconciler;
import io.dualwrite.reconciler.compare.CompareOptions;
import io.dualwrite.reconciler.repair.Repair;
import io.dualwrite.reconciler.repair.RepairOptions;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The way back: one switch takes the application to the old server alone. What it wrote meanwhile
 * is brought over afterwards.
 */
final class KillSwitchEngaged implements Step {
  private static final double LONGEST_SECONDS = 1;
  private static final int LOOKS = 3;

  private static final String ENGAGED_AT =
      "SELECT (extract(epoch FROM changed_at) * 1000000)::bigint FROM dualwrite.control";
  private static final String LAST_WRITE =
      "SELECT (extract(epoch FROM greatest((SELECT max(pg_xact_commit_timestamp(xmin)) FROM flights),"
          + " (SELECT max(pg_xact_commit_timestamp(xmin)) FROM requests))) * 1000000)::bigint";

  @Override
  public String title() {
    return "kill switch";
  }

  @Override
  public List<String> play(Stage stage, Claims claims) throws Exception {
    stage.traffic(Pace.FULL_SPEED);
    Reconciler reconciler =
        new Reconciler(stage.config(), stage.source().dataSource(), stage.target().dataSource());
    reconciler.setKillSwitch(true);
    Sample alone = stage.look();
    for (int i = 1; i < LOOKS && !alone.asFastAs(stage.alone()); i++) {
      alone = stage.look();
    }
    double seconds = (stage.target().number(LAST_WRITE) - stage.source().number(ENGAGED_AT)) / 1e6;
    reconciler.setKillSwitch(false);
    awaitGapEnded(stage);

    claims.that(
        seconds < LONGEST_SECONDS || !stage.pace().judgesSpeed(),
        "the new server was written %.2f s after the switch was engaged",
        seconds);
    claims.that(alone.requests() > 0, "no request was answered with the switch engaged");
    claims.that(
        alone.asFastAs(stage.alone()) || !stage.pace().judgesSpeed(),
        "with the switch engaged the median is %.1f ms, before the migration it was %.1f ms",
        alone.medianMillis(),
        stage.alone().medianMillis());

    stage.traffic(stage.pace().steady());
    CompareOptions options = CompareOptions.of(stage.config().reconciler());
    Repair repair = Reconciler.repair(stage.config(), RepairOptions.of(options).deleteExtra(true));
    claims.that(repair.copied() > 0, "the gap held nothing");
    claims.that(
        repair.after().inSync(),
        "not in sync after the repair: %s",
        DamageRepaired.describe(repair.after()));
    claims.that(
        stage.source().number("SELECT count(*) FROM dualwrite.gaps WHERE reconciled_at IS NULL")
            == 0,
        "the gap is not marked as reconciled");
    stage.checkAllEqual(claims);
    return List.of(
        format(
            "last write to the new server %.2f s after it · then %,.0f tx/s, median %.1f ms (0: %.1f ms)",
            Math.max(0, seconds),
            alone.perSecond(),
            alone.medianMillis(),
            stage.alone().medianMillis()),
        format(
            "released · gap of %,d rows recorded, brought over, and closed",
            repair.copied() + repair.deleted()));
  }

  private static void awaitGapEnded(Stage stage) throws Exception {
    for (int i = 0; i < 100; i++) {
      if (stage.source().number("SELECT count(*) FROM dualwrite.gaps WHERE until IS NOT NULL") > 0
          && stage.source().number("SELECT count(*) FROM dualwrite.gaps WHERE until IS NULL")
              == 0) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
    throw new IllegalStateException(
        "no gap was recorded, or it did not end when the switch was released");
  }
}
