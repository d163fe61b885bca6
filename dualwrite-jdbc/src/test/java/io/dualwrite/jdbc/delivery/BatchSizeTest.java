package io.dualwrite.jdbc.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BatchSizeTest {
  private final BatchSize batch = new BatchSize(1000);

  @Test
  void growsWhileFullRoundsAreShort() {
    batch.took(Duration.ofMillis(20), true);
    assertThat(batch.entries()).isEqualTo(2000);
    batch.took(Duration.ofMillis(249), true);
    batch.took(Duration.ofMillis(249), true);
    assertThat(batch.entries()).isEqualTo(4000);
  }

  @Test
  void shrinksWhenTheyTakeLong() {
    for (int i = 0; i < 10; i++) {
      batch.took(Duration.ofMillis(501), true);
    }
    assertThat(batch.entries()).isEqualTo(50);
    batch.took(Duration.ofMillis(20), true);
    assertThat(batch.entries()).isEqualTo(100);
  }

  @Test
  void staysAsItIsInBetweenAndWhenThereIsLittleToDo() {
    batch.took(Duration.ofMillis(300), true);
    batch.took(Duration.ofMillis(1), false);
    assertThat(batch.entries()).isEqualTo(1000);
  }
}
