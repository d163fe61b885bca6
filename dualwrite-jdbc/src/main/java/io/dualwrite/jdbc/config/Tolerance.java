package io.dualwrite.jdbc.config;

import io.dualwrite.Durations;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Set;

/**
 * How far apart two values of a column may be and still count as the same in a comparison. What is
 * copied is copied exactly. Null is never near a value.
 */
public sealed interface Tolerance {
  /** What a text of the configuration may say. */
  String ALLOWED =
      "a number such as 1e-9, a share such as 0.01%, a time such as 1ms, or trailing-blanks";

  /** Numbers that are not further apart than {@code most}. */
  record Absolute(BigDecimal most) implements Tolerance {
    @Override
    public String toString() {
      return "±" + most;
    }

    @Override
    public boolean fits(String baseType) {
      return NUMBERS.contains(baseType);
    }
  }

  /** Numbers whose distance is not more than this share of the larger one. */
  record Relative(BigDecimal most) implements Tolerance {
    @Override
    public String toString() {
      return "±" + most.movePointRight(2).stripTrailingZeros().toPlainString() + "%";
    }

    @Override
    public boolean fits(String baseType) {
      return NUMBERS.contains(baseType);
    }
  }

  /** Times that are not further apart. */
  record Within(Duration most) implements Tolerance {
    @Override
    public String toString() {
      return "±" + Durations.print(most);
    }

    @Override
    public boolean fits(String baseType) {
      return Set.of("timestamp", "timestamptz", "time").contains(baseType);
    }
  }

  /** Texts that differ in blanks at their end alone. */
  record TrailingBlanks() implements Tolerance {
    @Override
    public String toString() {
      return "without trailing blanks";
    }

    @Override
    public boolean fits(String baseType) {
      return Set.of("text", "varchar", "bpchar").contains(baseType);
    }
  }

  /** {@code pg_type.typname} of numbers. */
  Set<String> NUMBERS = Set.of("int2", "int4", "int8", "numeric", "float4", "float8");

  /** Whether values of that type ({@code pg_type.typname}) can be near each other in this way. */
  boolean fits(String baseType);

  /**
   * Reads {@code 1e-9}, {@code 0.01%}, {@code 1ms} or {@code trailing-blanks}.
   *
   * @throws IllegalArgumentException if it is none of them, or too small to be told from nothing
   */
  static Tolerance parse(String text) {
    if (text.equals("trailing-blanks")) {
      return new TrailingBlanks();
    }
    if (text.endsWith("%")) {
      BigDecimal share = positive(text.substring(0, text.length() - 1), text).movePointLeft(2);
      check(
          share.compareTo(new BigDecimal("1e-12")) >= 0 && share.compareTo(BigDecimal.ONE) < 0,
          "between 1e-10% and 100%",
          text);
      return new Relative(share);
    }
    Duration time = Durations.parse(text).orElse(Duration.ZERO);
    if (!time.isZero()) {
      check(time.compareTo(Duration.ofMillis(1)) >= 0, "at least 1ms", text);
      return new Within(time);
    }
    return new Absolute(positive(text, text));
  }

  private static BigDecimal positive(String number, String text) {
    BigDecimal value;
    try {
      value = new BigDecimal(number.strip());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("must be " + ALLOWED + ", was " + text, e);
    }
    check(value.signum() > 0, "more than 0", text);
    check(Math.abs(value.scale()) <= 300, "between 1e-300 and 1e300", text);
    return value;
  }

  private static void check(boolean holds, String allowed, String text) {
    if (!holds) {
      throw new IllegalArgumentException("must be " + allowed + ", was " + text);
    }
  }
}
