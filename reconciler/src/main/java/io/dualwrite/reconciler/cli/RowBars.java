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

  private final PrintStream terminal;
  private final Map<String, ProgressBar> bars = new ConcurrentHashMap<>();

  private RowBars(PrintStream terminal) {
    this.terminal = terminal;
  }

  /** Bars, where they are wanted and somebody can see them. */
  static BackfillProgress on(PrintStream terminal, boolean wanted) {
    return wanted && Bars.areSeen() ? new RowBars(terminal) : NONE;
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
            .setStyle(ProgressBarStyle.COLORFUL_UNICODE_BLOCK)
            .setUpdateIntervalMillis(MILLIS)
            .setConsumer(new ConsoleProgressBarConsumer(terminal, WIDTH))
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
