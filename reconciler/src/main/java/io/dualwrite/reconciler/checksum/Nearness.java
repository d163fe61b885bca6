package io.dualwrite.reconciler.checksum;

import io.dualwrite.jdbc.config.Tolerance;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Optional;

/**
 * Values that may be apart, as SQL: a text from which their distance can be told, and the bucket
 * that goes into a row's hash.
 *
 * <p>Buckets are half as wide as values may be apart, so that values in the same bucket are near
 * each other, and more than rounding lies between those that are not. Near values in different
 * buckets make a row look different; it is then settled by the values themselves.
 *
 * @param tolerance how far apart, never {@link Tolerance.TrailingBlanks}
 * @param baseType of the values
 */
record Nearness(Tolerance tolerance, String baseType) {

  /** Empty where values that count as the same have the same text. */
  static Optional<Nearness> of(Tolerance tolerance, String baseType) {
    return tolerance instanceof Tolerance.TrailingBlanks
        ? Optional.empty()
        : Optional.of(new Nearness(tolerance, baseType));
  }

  /** The number whose distance counts, as text; times as seconds. */
  String text(String x) {
    if (tolerance instanceof Tolerance.Within) {
      return baseType.equals("time")
          ? "extract(epoch from " + x + ")::numeric::text"
          : "case when isfinite("
              + x
              + ") then extract(epoch from "
              + x
              + ")::numeric::text else "
              + x
              + "::text end";
    }
    return x + "::text";
  }

  /** The bucket as text. */
  String bucket(String x) {
    if (tolerance instanceof Tolerance.Absolute absolute) {
      String width = half(absolute.most()).toString();
      return isFloat()
          // Beyond, a bucket would be narrower than the distance between two doubles.
          ? "(case when abs("
              + x
              + ") < 1e15::float8 * "
              + width
              + "::float8 then floor("
              + x
              + "::float8 / "
              + width
              + "::float8) + 0 else "
              + x
              + " end)::text"
          : "trim_scale(floor(" + x + "::numeric / " + width + "::numeric))::text";
    }
    if (tolerance instanceof Tolerance.Relative relative) {
      String width = BigDecimal.valueOf(Math.log1p(relative.most().doubleValue()) / 2).toString();
      String type = isFloat() ? "float8" : "numeric";
      String number = x + "::" + type;
      // Powers of the smallest ratio, apart for either sign; zero is near nothing else.
      return "case when "
          + x
          + " is null then null when "
          + x
          + " = 0 then '0' when abs("
          + number
          + ") >= 'NaN' or abs("
          + number
          + ")::text = 'Infinity' then "
          + x
          + "::text else (case when "
          + x
          + " < 0 then '-' else '+' end) || floor(ln(abs("
          + number
          + ")) / "
          + width
          + "::"
          + type
          + ")::text end";
    }
    if (tolerance instanceof Tolerance.Within within) {
      double seconds = within.most().toMillis() / 2000.0;
      return "floor(date_part('epoch', " + x + ") / " + seconds + "::float8)::text";
    }
    throw new IllegalStateException("no bucket for " + tolerance);
  }

  /** Whether two different texts stand for values that are near each other. */
  boolean near(String a, String b) {
    BigDecimal one;
    BigDecimal other;
    try {
      one = new BigDecimal(a);
      other = new BigDecimal(b);
    } catch (NumberFormatException e) {
      // NaN and the infinities are near nothing but themselves.
      return false;
    }
    BigDecimal apart = one.subtract(other).abs();
    if (tolerance instanceof Tolerance.Absolute absolute) {
      return apart.compareTo(absolute.most()) <= 0;
    }
    if (tolerance instanceof Tolerance.Relative relative) {
      return apart.compareTo(relative.most().multiply(one.abs().max(other.abs()))) <= 0;
    }
    if (tolerance instanceof Tolerance.Within within) {
      return apart.compareTo(BigDecimal.valueOf(within.most().toNanos(), 9)) <= 0;
    }
    throw new IllegalStateException("no distance for " + tolerance);
  }

  private boolean isFloat() {
    return baseType.equals("float4") || baseType.equals("float8");
  }

  private static BigDecimal half(BigDecimal width) {
    return width.divide(BigDecimal.valueOf(2), MathContext.DECIMAL64);
  }
}
