package io.dualwrite.reconciler.cli;

import io.dualwrite.reconciler.backfill.BackfillProgress;
import io.dualwrite.reconciler.compare.Progress;
import io.dualwrite.reconciler.load.Pauses;
import java.io.PrintWriter;
import java.time.Duration;

/** Says on standard error why a run stands still, and that it goes on. */
final class PauseLines implements Pauses {
  /** Pauses that follow each other as quickly are told once. */
  private static final Duration TOGETHER = Duration.ofSeconds(10);

  private static final int WIDTH = 79;

  private final PrintWriter err;
  private final String begin;
  private long began;
  private long ended;
  private boolean told;
  private boolean before;

  /**
   * Lines there.
   *
   * @param bars whether bars are drawn there too: a line takes the place of the bar's
   */
  PauseLines(PrintWriter err, boolean bars) {
    this.err = err;
    this.begin = bars ? "\r" + " ".repeat(WIDTH) + "\r" : "";
  }

  @Override
  public synchronized void paused(String reason) {
    began = System.nanoTime();
    told = !before || began - ended > TOGETHER.toNanos();
    if (told) {
      line("Paused: " + reason + ".");
    }
  }

  @Override
  public synchronized void goesOn() {
    ended = System.nanoTime();
    before = true;
    if (told) {
      line("Goes on after " + Duration.ofNanos(ended - began).toSeconds() + " s.");
    }
  }

  private void line(String words) {
    err.println(begin + words);
    err.flush();
  }

  /** No bars, only these lines. */
  Progress ofComparison() {
    return new Progress() {
      @Override
      public void paused(String reason) {
        PauseLines.this.paused(reason);
      }

      @Override
      public void goesOn() {
        PauseLines.this.goesOn();
      }
    };
  }

  /** No bars, only these lines. */
  BackfillProgress ofBackfill() {
    return new BackfillProgress() {
      @Override
      public void paused(String reason) {
        PauseLines.this.paused(reason);
      }

      @Override
      public void goesOn() {
        PauseLines.this.goesOn();
      }
    };
  }
}
