package io.dualwrite.reconciler.window;

import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;

/** Where neighbouring windows can be cut into pieces of the same length. */
record Cuts(WindowColumn.Family family, List<Window> windows) {
  private static final BigInteger MICROS = BigInteger.valueOf(1_000_000);

  /**
   * The points between so many pieces, ascending, as the databases read them; fewer where the
   * windows are short, none where they have an open end or one that is no number: infinity, or a
   * time before Christ.
   */
  List<String> points(int pieces) {
    String from = windows.get(0).from();
    String to = windows.get(windows.size() - 1).to();
    if (from == null || to == null) {
      return List.of();
    }
    Optional<BigInteger> first = number(from);
    Optional<BigInteger> last = number(to);
    return first.isPresent() && last.isPresent()
        ? points(first.get(), last.get(), pieces)
        : List.of();
  }

  private List<String> points(BigInteger first, BigInteger last, int pieces) {
    BigInteger length = last.subtract(first);
    return IntStream.range(1, pieces)
        .mapToObj(
            i ->
                first.add(
                    length.multiply(BigInteger.valueOf(i)).divide(BigInteger.valueOf(pieces))))
        .filter(point -> point.compareTo(first) > 0)
        .distinct()
        .map(this::text)
        .toList();
  }

  private Optional<BigInteger> number(String bound) {
    return switch (family) {
      case TIME -> PgTime.parse(bound).map(Cuts::micros);
      case INTEGER -> Optional.of(new BigInteger(bound));
      case UUID -> Optional.of(new BigInteger(bound.replace("-", ""), 16));
    };
  }

  private static BigInteger micros(Instant time) {
    return BigInteger.valueOf(time.getEpochSecond())
        .multiply(MICROS)
        .add(BigInteger.valueOf(time.getNano() / 1_000));
  }

  private String text(BigInteger number) {
    return switch (family) {
      case TIME -> {
        BigInteger[] parts = number.divideAndRemainder(MICROS);
        yield PgTime.sql(
            Instant.ofEpochSecond(parts[0].longValueExact())
                .plusNanos(parts[1].longValueExact() * 1_000));
      }
      case INTEGER -> number.toString();
      case UUID -> new UUID(number.shiftRight(64).longValue(), number.longValue()).toString();
    };
  }
}
