package io.dualwrite.sample.demo;

import static io.dualwrite.sample.demo.Figures.format;

import java.util.List;

/**
 * The application dies in the middle of its work, and is started again. Nothing that it had
 * acknowledged may be lost.
 */
final class ApplicationKilled implements Step {

  @Override
  public String title() {
    return "application killed";
  }

  @Override
  public List<String> play(Stage stage, Claims claims) throws Exception {
    stage.traffic(Pace.FULL_SPEED);
    stage.look();
    stage.app().kill();
    long waiting = Checks.waiting(stage.source());
    List<Answers.Acknowledged> acknowledged =
        stage.answers().between(stage.firstDual(), stage.answers().count());

    stage.startDual();
    Checks.awaitDelivered(stage.source());
    long onBoth =
        Math.min(
            Checks.held(stage.source(), acknowledged), Checks.held(stage.target(), acknowledged));
    claims.that(
        onBoth == acknowledged.size(),
        "of %,d acknowledged transactions %,d are on both servers",
        acknowledged.size(),
        onBoth);
    stage.checkNothingLost(claims);
    return List.of(
        format(
            "kill -9 at %,d acknowledged transactions · %,d on both sides",
            acknowledged.size(), onBoth),
        format("%,d journal entries that it left were delivered after its start", waiting));
  }
}
