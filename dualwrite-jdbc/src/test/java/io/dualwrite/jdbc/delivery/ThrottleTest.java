package io.dualwrite.jdbc.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.config.ThrottleConfig;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ThrottleTest {
  private static final Duration ROUND = Duration.ofMillis(10);

  @Test
  void restsLongerAndLongerWhileWritesAreSlowAndThereIsABacklog() {
    Throttle throttle = limitedTo(Duration.ofMillis(20));
    assertThat(throttle.rest(ROUND)).isZero();
    for (long rest : new long[] {10, 30, 70, 150, 150}) {
      moment(throttle, 20, Duration.ofMillis(21));
      assertThat(throttle.rest(ROUND)).isEqualTo(Duration.ofMillis(rest));
    }
    assertThat(throttle.share()).isEqualTo(1.0 / 16);
    assertThat(throttle.rest(Duration.ofSeconds(2))).isEqualTo(Duration.ofSeconds(1));
    for (long rest : new long[] {70, 30, 10, 0, 0}) {
      moment(throttle, 20, Duration.ofMillis(1));
      assertThat(throttle.rest(ROUND)).isEqualTo(Duration.ofMillis(rest));
    }
  }

  @Test
  void doesNotMindWritesThatAreSlowWithoutABacklog() {
    Throttle throttle = limitedTo(Duration.ofMillis(20));
    moment(throttle, 20, Duration.ofSeconds(1));
    moment(throttle, 20, Duration.ofSeconds(1));
    assertThat(throttle.rest(ROUND)).isZero();
  }

  @Test
  void doesNotMindAFewSlowWrites() {
    Throttle throttle = limitedTo(Duration.ofMillis(20));
    throttle.rest(ROUND);
    writes(throttle, 18, Duration.ofMillis(1));
    writes(throttle, 2, Duration.ofSeconds(9));
    throttle.look();
    assertThat(throttle.rest(ROUND)).isZero();
    moment(throttle, 9, Duration.ofSeconds(9));
    assertThat(throttle.rest(ROUND)).isZero();
  }

  @Test
  void takesTheLimitFromWhatWritesTakeWithoutABacklog() {
    Throttle throttle = new Throttle("test", ThrottleConfig.AUTO);
    throttle.rest(ROUND);
    moment(throttle, 20, Duration.ofSeconds(1));
    assertThat(throttle.rest(ROUND)).as("nothing is known yet").isZero();
    for (int i = 0; i < 6; i++) {
      moment(throttle, 100, Duration.ofSeconds(1));
    }
    throttle = new Throttle("test", ThrottleConfig.AUTO);
    moment(throttle, 100, Duration.ofMillis(8));
    throttle.rest(ROUND);
    moment(throttle, 20, Duration.ofMillis(39));
    assertThat(throttle.rest(ROUND)).isZero();
    moment(throttle, 20, Duration.ofMillis(41));
    assertThat(throttle.rest(ROUND)).isEqualTo(ROUND);
  }

  @Test
  void anAutomaticLimitIsNotBelowTwentyMilliseconds() {
    Throttle throttle = new Throttle("test", ThrottleConfig.AUTO);
    moment(throttle, 100, Duration.ofMillis(1));
    throttle.rest(ROUND);
    moment(throttle, 20, Duration.ofMillis(19));
    assertThat(throttle.rest(ROUND)).isZero();
    moment(throttle, 20, Duration.ofMillis(21));
    assertThat(throttle.rest(ROUND)).isEqualTo(ROUND);
  }

  @Test
  void neverRestsWhenItIsOff() {
    Throttle throttle = new Throttle("test", ThrottleConfig.OFF);
    throttle.rest(ROUND);
    moment(throttle, 100, Duration.ofSeconds(5));
    assertThat(throttle.rest(ROUND)).isZero();
  }

  private static Throttle limitedTo(Duration limit) {
    return new Throttle("test", new ThrottleConfig(true, Optional.of(limit)));
  }

  private static void moment(Throttle throttle, int writes, Duration each) {
    writes(throttle, writes, each);
    throttle.look();
  }

  private static void writes(Throttle throttle, int writes, Duration each) {
    for (int i = 0; i < writes; i++) {
      throttle.wrote(each.toNanos());
    }
  }
}
