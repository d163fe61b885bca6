package io.dualwrite.reconciler.cli;

import io.dualwrite.reconciler.compare.Progress;
import java.io.PrintStream;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** One progress bar per table, on a terminal. */
final class Bars implements Progress {
  private static final int WIDTH = 80;
  private static final int MILLIS = 200;

  private final PrintStream screen = System.err;
  private final Map<String, ProgressBar> bars = new ConcurrentHashMap<>();
  private final ProgressBarStyle style;
  private final PauseLines pauses;

  private Bars(Terminal terminal) {
    this.style = Screen.bars(terminal.environment());
    this.pauses = new PauseLines(terminal.err(), true);
  }

  /** Bars on standard error, where they are wanted and somebody can see them. */
  static Progress on(Terminal terminal, boolean wanted) {
    return wanted && Screen.isSeen(terminal.environment())
        ? new Bars(terminal)
        : new PauseLines(terminal.err(), false).ofComparison();
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
  public void begin(String table, int windows) {
    ProgressBar bar =
        new ProgressBarBuilder()
            .setTaskName(table)
            .setInitialMax(windows)
            .setUnit(" windows", 1)
            .setStyle(style)
            .setUpdateIntervalMillis(MILLIS)
            .setConsumer(new ConsoleProgressBarConsumer(screen, WIDTH))
            .build();
    bars.put(table, bar);
  }

  @Override
  public void advance(String table, int windows, long rows) {
    ProgressBar bar = bars.get(table);
    if (bar != null) {
      bar.stepBy(windows);
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
