package io.dualwrite.testing;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** What may pass a proxy now; threads that carry data wait here until theirs may. */
final class Traffic {

  private boolean requestsHeld;
  private boolean answersHeld;
  private long delayNanos;

  synchronized void flow() {
    hold(false, false);
    delayNanos = 0;
  }

  synchronized void hold(boolean requests, boolean answers) {
    requestsHeld = requests;
    answersHeld = answers;
    notifyAll();
  }

  synchronized void delay(Duration delay) {
    hold(false, false);
    delayNanos = delay.toNanos();
  }

  /** Waits until a piece that came at this time may pass. */
  synchronized void pass(boolean answer, long arrivedNanos) throws InterruptedException {
    while (true) {
      if (answer ? answersHeld : requestsHeld) {
        wait();
      } else {
        long left = arrivedNanos + delayNanos - System.nanoTime();
        if (left <= 0) {
          return;
        }
        TimeUnit.NANOSECONDS.timedWait(this, left);
      }
    }
  }
}
