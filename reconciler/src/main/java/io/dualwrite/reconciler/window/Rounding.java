package io.dualwrite.reconciler.window;

import io.dualwrite.jdbc.schema.Column;
import io.dualwrite.jdbc.schema.ColumnPair;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What becomes of a time in a target that keeps less of it: {@code 10:59:59.9996} of the source is
 * {@code 11:00:00.000} there, in the next hour.
 *
 * @param type the type whose values are the target's, for a cast of the source's column
 * @param reach how far a value is moved at the most, as an interval
 */
public record Rounding(String type, String reach) {
  private static final int MICROSECONDS = 6;
  private static final int DAYS = -1;
  private static final Pattern DIGITS = Pattern.compile("timestamp(?:\\((\\d)\\))?( .*)?");

  /** What the target does to the source's values; empty if it keeps them, as far as is known. */
  static Optional<Rounding> of(ColumnPair pair) {
    int source = digits(pair.source()).orElse(MICROSECONDS);
    int target = digits(pair.target()).orElse(MICROSECONDS);
    if (target >= source) {
      return Optional.empty();
    }
    return Optional.of(
        target == DAYS
            ? new Rounding("date", "1 day")
            : new Rounding(
                pair.source().baseType() + "(" + target + ")",
                "0." + "0".repeat(target) + "5 seconds"));
  }

  /** Whether the target is known to keep every time of the source; a domain is not known. */
  public static boolean isNone(ColumnPair pair) {
    OptionalInt source = digits(pair.source());
    OptionalInt target = digits(pair.target());
    return source.isPresent() && target.isPresent() && target.getAsInt() >= source.getAsInt();
  }

  /** The digits of a second that a column keeps. */
  private static OptionalInt digits(Column column) {
    if (column.baseType().equals("date")) {
      return OptionalInt.of(DAYS);
    }
    Matcher digits = DIGITS.matcher(column.type());
    if (!digits.matches()) {
      return OptionalInt.empty();
    }
    return OptionalInt.of(
        digits.group(1) == null ? MICROSECONDS : Integer.parseInt(digits.group(1)));
  }

  /** The type without its modifier. */
  String baseType() {
    return type.replaceFirst("\\(.*", "");
  }
}
