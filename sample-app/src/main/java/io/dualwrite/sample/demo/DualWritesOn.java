package io.dualwrite.sample.demo;

import static io.dualwrite.sample.demo.Figures.format;

import java.time.Duration;
import java.util.List;

/** The application is deployed anew, with the library: every write reaches both servers. */
final class DualWritesOn implements Step {
  private static final int LONGEST_LAG_MILLIS = 2_000;

  @Override
  public String title() {
    return "dual writes on";
  }

  @Override
  public List<String> play(Stage stage, Claims claims) throws Exception {
    stage.startDual();
    stage.traffic(Pace.FULL_SPEED);
    stage.look(); // warms up
    String since = stage.source().text("SELECT clock_timestamp()::text");
    Sample traffic = stage.look();
    stage.app().pause();
    Duration caughtUp = Checks.awaitDelivered(stage.source());
    Sample lag = Checks.lag(stage, since);

    stage.checkNothingLost(claims);
    claims.that(lag.requests() > 0, "no request was found on both servers");
    claims.that(
        lag.percentileMillis(99) < LONGEST_LAG_MILLIS || !stage.pace().judgesSpeed(),
        "delivery lags %.0f ms behind",
        lag.percentileMillis(99));
    return List.of(
        format(
            "8 writers · %,.0f tx/s · lag p50 %.0f ms p99 %.0f ms, caught up %d ms after the last write",
            traffic.perSecond(),
            lag.percentileMillis(50),
            lag.percentileMillis(99),
            caughtUp.toMillis()));
  }
}
