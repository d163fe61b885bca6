package io.dualwrite;

import java.time.DateTimeException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations as people write them: {@code 500ms}, {@code 2s}, {@code 5m}, {@code 1h}, {@code 1d},
 * {@code PT1H30M}.
 */
public final class Durations {
  /** What a message says is allowed. */
  public static final String ALLOWED = "a duration such as 500ms, 2s, 5m, 1h, 1d or PT1H30M";

  private static final Pattern SIMPLE = Pattern.compile("(\\d{1,9})\\s*(ms|s|m|h|d)");

  /** Longer ones are mistakes, and would not fit into milliseconds for ever. */
  private static final Duration LONGEST = Duration.ofDays(1_000_000_000);

  private Durations() {}

  /** The duration, or nothing if the text is not one. */
  public static Optional<Duration> parse(String text) {
    Matcher simple = SIMPLE.matcher(text.strip().toLowerCase(Locale.ROOT));
    try {
      if (simple.matches()) {
        long amount = Long.parseLong(simple.group(1));
        return Optional.of(
            switch (simple.group(2)) {
              case "ms" -> Duration.ofMillis(amount);
              case "s" -> Duration.ofSeconds(amount);
              case "m" -> Duration.ofMinutes(amount);
              case "h" -> Duration.ofHours(amount);
              default -> Duration.ofDays(amount);
            });
      }
      return Optional.of(Duration.parse(text.strip())).filter(d -> d.abs().compareTo(LONGEST) <= 0);
    } catch (DateTimeException | ArithmeticException notADuration) {
      return Optional.empty();
    }
  }

  /**
   * In the largest unit that holds it exactly: {@code 90s} becomes {@code 90s}, {@code 120s}
   * becomes {@code 2m}.
   */
  public static String print(Duration duration) {
    long millis = duration.toMillis();
    if (millis % 1000 != 0 || millis == 0) {
      return millis + "ms";
    }
    long seconds = millis / 1000;
    if (seconds % 86_400 == 0) {
      return seconds / 86_400 + "d";
    }
    if (seconds % 3600 == 0) {
      return seconds / 3600 + "h";
    }
    return seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
  }
}
