package io.dualwrite.benchmarks.system;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RoundsTest {
  @Test
  void ratiosAreTakenWithinARoundSoThatANoisyOneHitsBothSides() {
    Rounds rounds = new Rounds();
    add(rounds, 100, 110);
    add(rounds, 900, 1080);
    add(rounds, 100, 130);

    assertThat(rounds.ratio(Variant.RECOVER_ASYNC, Variant.SOURCE_ALONE, Measurement::median))
        .isEqualTo(1.2);
    assertThat(rounds.median(Variant.RECOVER_ASYNC, Measurement::median)).isEqualTo(130);
  }

  @Test
  void whatWasNotMeasuredIsNotANumber() {
    assertThat(new Rounds().median(Variant.STRICT, Measurement::median)).isNaN();
  }

  @Test
  void percentilesAreOfAllThatWasCollected() {
    Latencies some = new Latencies();
    Latencies others = new Latencies();
    for (int i = 0; i < 100; i++) {
      (i % 2 == 0 ? some : others).add(i);
    }
    some.addAll(others);

    assertThat(some.percentile(0.5)).isEqualTo(50);
    assertThat(some.percentile(0.99)).isEqualTo(99);
    assertThat(new Latencies().percentile(0.5)).isNaN();
  }

  private static void add(Rounds rounds, double alone, double ours) {
    rounds.add(Variant.SOURCE_ALONE, of(alone));
    rounds.add(Variant.RECOVER_ASYNC, of(ours));
  }

  private static Measurement of(double median) {
    return new Measurement(1, median, median, 1, new CpuUse.Spent(1, 1, 1), 0, 0, 0, 0, 0, 0);
  }
}
