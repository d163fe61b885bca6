package io.dualwrite.sample.demo;

import static io.dualwrite.sample.demo.Figures.format;

import java.util.List;

/** The application as it was, for comparison. */
final class BeforeMigration implements Step {

  @Override
  public String title() {
    return "before";
  }

  @Override
  public List<String> play(Stage stage, Claims claims) throws Exception {
    stage.startSourceOnly();
    stage.traffic(Pace.FULL_SPEED);
    stage.look(); // warms up
    Sample alone = stage.look();
    stage.app().pause();
    stage.app().stop();
    stage.alone(alone);
    stage.checkNoneFailed(claims);
    return List.of(
        format(
            "8 writers · %,.0f tx/s on the old server alone, median %.1f ms",
            alone.perSecond(), alone.medianMillis()));
  }
}
