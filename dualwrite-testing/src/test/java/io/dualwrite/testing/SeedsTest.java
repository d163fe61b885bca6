package io.dualwrite.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class SeedsTest {

  @Test
  void everyRunHasItsOwnSeed() {
    Set<Long> seen = new HashSet<>();
    Seeds.check(20, random -> seen.add(random.nextLong()));
    assertThat(seen).hasSize(20);
  }

  @Test
  void failureNamesTheSeedThatFailsAgain() {
    AtomicLong failed = new AtomicLong();
    Throwable failure =
        catchThrowable(
            () ->
                Seeds.check(
                    20,
                    random -> {
                      failed.set(random.nextLong());
                      throw new IllegalStateException("not so");
                    }));
    assertThat(failure).hasMessageContaining("not so");
    Matcher seed = Pattern.compile("-Dtest\\.seed=(-?\\d+)").matcher(failure.getMessage());
    assertThat(seed.find()).isTrue();
    assertThat(new Random(Long.parseLong(seed.group(1))).nextLong()).isEqualTo(failed.get());
    assertThatThrownBy(
            () -> Seeds.check(Long.parseLong(seed.group(1)), random -> throwIf(random, failed)))
        .isInstanceOf(AssertionError.class);
  }

  private static void throwIf(Random random, AtomicLong failed) {
    assertThat(random.nextLong()).isNotEqualTo(failed.get());
  }
}
