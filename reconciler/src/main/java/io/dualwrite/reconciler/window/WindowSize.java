package io.dualwrite.reconciler.window;

import io.dualwrite.Durations;
import java.time.Duration;
import java.util.Optional;

/**
 * How long a time window is.
 *
 * @param fixed a whole number of seconds; empty: chosen by the number of rows
 */
public record WindowSize(Optional<Duration> fixed) {
  private static final long[] STEPS = {
    60, 300, 900, 3600, 21_600, 86_400, 7 * 86_400L, 28 * 86_400L, 364 * 86_400L
  };

  /** As many rows in a window as a query reads in well under a second. */
  public static final WindowSize AUTO = new WindowSize(Optional.empty());

  public WindowSize {
    if (fixed.isPresent() && !isWholeSeconds(fixed.get())) {
      throw new IllegalArgumentException(
          "window must be a whole number of seconds, at least 1s, was "
              + Durations.print(fixed.get()));
    }
  }

  /** Of that length. */
  public static WindowSize of(Duration length) {
    return new WindowSize(Optional.of(length));
  }

  /** In seconds, for {@code rows} rows spread over {@code span} seconds. */
  long seconds(long span, long rows, long rowsPerWindow, boolean wholeDays) {
    long wanted =
        fixed
            .map(Duration::toSeconds)
            .orElseGet(() -> step(span / Math.max(1, rows / rowsPerWindow)));
    return wholeDays ? (wanted + 86_399) / 86_400 * 86_400 : wanted;
  }

  private static boolean isWholeSeconds(Duration length) {
    return length.toSeconds() >= 1 && length.equals(Duration.ofSeconds(length.toSeconds()));
  }

  /** The longest step that is not longer. */
  private static long step(long seconds) {
    long found = STEPS[0];
    for (long step : STEPS) {
      found = step <= seconds ? step : found;
    }
    return found;
  }
}
