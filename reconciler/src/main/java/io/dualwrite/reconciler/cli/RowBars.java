package io.dualwrite.reconciler.cli;

import io.dualwrite.reconciler.backfill.BackfillProgress;
import java.io.PrintStream;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** One bar of rows per table, with their rate and the time left, on a terminal. */
final class RowBars implements BackfillProgress {
  private static final int WIDTH = 80;
  private static final int MILLIS = 200;

  private final PrintStream screen = System.err;
  private final Map<String, ProgressBar> bars = new ConcurrentHashMap<>();
  private final ProgressBarStyle style;
  private final PauseLines pauses;

  private RowBars(Terminal terminal) {
    this.style = Screen.bars(terminal.environment());
    this.pauses = new PauseLines(terminal.err(), true);
  }

  /** Bars on standard error, where they are wanted and somebody can see them. */
  static BackfillProgress on(Terminal terminal, boolean wanted) {
    return wanted && Screen.isSeen(terminal.environment())
        ? new RowBars(terminal)
        : new PauseLines(terminal.err(), false).ofBackfill();
  }

  @Override
  public void paused(String reason) {
    pauses.paused(reason);
  }

  @Override
  public void goesOn() {
    pauses.goesOn();
  }

  @Override
  public void begin(String table, long rows) {
    bars.put(
        table,
        new ProgressBarBuilder()
            .setTaskName(table)
            .setInitialMax(rows)
            .setUnit(" rows", 1)
            .showSpeed()
            .setStyle(style)
            .setUpdateIntervalMillis(MILLIS)
            .setConsumer(new ConsoleProgressBarConsumer(screen, WIDTH))
            .build());
  }

  @Override
  public void advance(String table, long rows) {
    ProgressBar bar = bars.get(table);
    if (bar != null) {
      bar.stepBy(rows);
    }
  }

  @Override
  public void end(String table) {
    ProgressBar bar = bars.remove(table);
    if (bar != null) {
      bar.close();
    }
  }
}
