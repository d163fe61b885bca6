package io.dualwrite.reconciler.cli;

import io.dualwrite.reconciler.compare.Progress;
import java.io.Console;
import java.io.PrintStream;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** One progress bar per table, on a terminal. */
final class Bars implements Progress {
  private static final int WIDTH = 80;
  private static final int MILLIS = 200;

  private final PrintStream terminal;
  private final Map<String, ProgressBar> bars = new ConcurrentHashMap<>();

  private Bars(PrintStream terminal) {
    this.terminal = terminal;
  }

  /** Bars, where they are wanted and somebody can see them. */
  static Progress on(PrintStream terminal, boolean wanted) {
    return wanted && areSeen() ? new Bars(terminal) : NONE;
  }

  /** Whether somebody can see them. */
  static boolean areSeen() {
    return isTerminal(System.console()) && !"dumb".equals(System.getenv("TERM"));
  }

  /** From Java 22 on there is a console also where there is no terminal, and it can be asked. */
  private static boolean isTerminal(@Nullable Console console) {
    if (console == null) {
      return false;
    }
    try {
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (NoSuchMethodException e) {
      return true;
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }

  @Override
  public void begin(String table, int windows) {
    ProgressBar bar =
        new ProgressBarBuilder()
            .setTaskName(table)
            .setInitialMax(windows)
            .setUnit(" windows", 1)
            .setStyle(ProgressBarStyle.COLORFUL_UNICODE_BLOCK)
            .setUpdateIntervalMillis(MILLIS)
            .setConsumer(new ConsoleProgressBarConsumer(terminal, WIDTH))
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
