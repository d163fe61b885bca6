package io.dualwrite.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.chaos.fault.FaultKind;
import io.dualwrite.testing.Guarantee;
import org.junit.jupiter.api.Test;

/** Nothing is lost and nothing differs, whatever fails. */
class ChaosTest {

  @Test
  @Guarantee({"G1", "G2", "G3"})
  void nothingIsLostAndNothingDiffers() throws Exception {
    ChaosOptions options = ChaosOptions.fromProperties();
    Figures figures = new Chaos(options, System.out).run();
    assertThat(figures.acknowledged()).isPositive();
    if (options.rounds() == 0) {
      assertThat(figures.rounds()).isGreaterThanOrEqualTo(8);
      assertThat(figures.faults()).containsOnlyKeys(FaultKind.values());
    } else {
      assertThat(figures.rounds()).isEqualTo(options.rounds());
    }
  }
}
