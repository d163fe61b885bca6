package io.dualwrite.sample.demo;

import static io.dualwrite.sample.demo.Figures.format;

import java.time.Duration;
import java.util.List;

/** The new server dies in the middle of the traffic, and comes back. The users must not notice. */
final class NewServerKilled implements Step {

  @Override
  public String title() {
    return "new server killed";
  }

  @Override
  public List<String> play(Stage stage, Claims claims) throws Exception {
    stage.traffic(stage.pace().steady());
    Sample up = stage.look();
    stage.servers().newServer().kill();
    Sample down = stage.look();
    long waiting = Checks.waiting(stage.source());
    stage.servers().newServer().restart();
    Duration drained = Checks.awaitDelivered(stage.source());

    stage.checkNoneFailed(claims);
    claims.that(
        down.asFastAs(up) || !stage.pace().judgesSpeed(),
        "requests were slowed: median %.1f → %.1f ms, p99 %.1f → %.1f ms",
        up.medianMillis(),
        down.medianMillis(),
        up.p99Millis(),
        down.p99Millis());
    claims.that(waiting > 0, "nothing waited in the journal while the new server was down");
    stage.checkNothingLost(claims);
    return List.of(
        format(
            "%d failed requests · median %.1f → %.1f ms, p99 %.1f → %.1f ms while it was down",
            stage.answers().failures().size(),
            up.medianMillis(),
            down.medianMillis(),
            up.p99Millis(),
            down.p99Millis()),
        format("journal %,d → 0 in %.1f s after its return", waiting, drained.toMillis() / 1000.0));
  }
}
