package io.dualwrite.jdbc.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Holds a delivery at one point until it is let through; once. */
final class Gate implements DeliveryProbe {
  private final Point point;
  private final CountDownLatch reached = new CountDownLatch(1);
  private final CountDownLatch open = new CountDownLatch(1);

  Gate(Point point) {
    this.point = point;
  }

  @Override
  public void reached(Point where) {
    if (where == point && reached.getCount() > 0) {
      reached.countDown();
      await(open);
    }
  }

  void awaitReached() {
    await(reached);
  }

  void open() {
    open.countDown();
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(60, TimeUnit.SECONDS)).as("reached in time").isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
