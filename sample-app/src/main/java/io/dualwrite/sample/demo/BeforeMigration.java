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
    stage.app().go();
    stage.look(); // warms up
    Sample alone = stage.look();
    stage.app().pause();
    stage.app().stop();
    stage.alone(alone);
    claims.that(
        stage.answers().failures().isEmpty(),
        "requests failed, such as: %s",
        stage.answers().failures());
    return List.of(
        format(
            "8 writers · %,.0f tx/s on the old server alone, median %.1f ms",
            alone.perSecond(), alone.medianMillis()));
  }
}
