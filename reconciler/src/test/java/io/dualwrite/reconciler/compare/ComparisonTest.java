package io.dualwrite.reconciler.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.reconciler.checksum.Checksum;
import io.dualwrite.reconciler.compare.WindowResult.Status;
import io.dualwrite.reconciler.window.Window;
import io.dualwrite.testing.Guarantee;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** When a comparison says that both sides hold the same. */
class ComparisonTest {
  private static Comparison equal(boolean ofDifferences) {
    WindowResult window =
        new WindowResult(Window.all(), Status.EQUAL, 1, 1, 0, 0, 0, Optional.empty());
    return new Comparison(
        "m",
        Instant.EPOCH,
        Duration.ZERO,
        Checksum.SEND,
        false,
        List.of(new TableComparison("t", List.of(window), List.of(), false, List.of(), List.of())),
        Kept.NOTHING,
        OptionalLong.empty(),
        ofDifferences);
  }

  @Test
  @Guarantee("G10")
  void ofDifferencesAloneIsNeverInSyncWhateverItLeftOut() {
    assertThat(equal(false).inSync()).isTrue();
    assertThat(equal(true).inSync()).isFalse();
    assertThat(equal(true).with(Kept.NOTHING).inSync()).isFalse();
  }
}
