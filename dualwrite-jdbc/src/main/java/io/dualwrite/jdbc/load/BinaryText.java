package io.dualwrite.jdbc.load;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import org.postgresql.util.ByteConverter;

/**
 * The text of a value that travels in the server's binary form; it means the same in any session.
 */
final class BinaryText {
  private static final LocalDate EPOCH = LocalDate.of(2000, 1, 1);
  private static final long MICROS = 1_000_000;

  private BinaryText() {}

  /**
   * The text.
   *
   * @param type the name of the base type in the catalog
   * @return empty for types and values that are not read
   */
  static Optional<String> of(String type, byte[] value, Charset charset) {
    ByteBuffer bytes = ByteBuffer.wrap(value);
    return switch (type) {
      case "int2" -> only(value, 2, () -> Short.toString(bytes.getShort()));
      case "int4" -> only(value, 4, () -> Integer.toString(bytes.getInt()));
      case "oid" -> only(value, 4, () -> Integer.toUnsignedString(bytes.getInt()));
      case "int8" -> only(value, 8, () -> Long.toString(bytes.getLong()));
      case "bool" -> only(value, 1, () -> Boolean.toString(value[0] != 0));
      case "uuid" -> only(value, 16, () -> new UUID(bytes.getLong(), bytes.getLong()).toString());
      case "text", "varchar", "bpchar", "name" -> Optional.of(new String(value, charset));
      case "bytea" -> Optional.of("\\x" + HexFormat.of().formatHex(value));
      case "numeric" ->
          ByteConverter.numeric(value) instanceof BigDecimal number
              ? Optional.of(number.toPlainString())
              : Optional.empty();
      case "date" -> date(value);
      case "timestamp" -> timestamp(value).map(LocalDateTime::toString);
      case "timestamptz" -> timestamp(value).map(at -> at.atOffset(ZoneOffset.UTC).toString());
      default -> Optional.empty();
    };
  }

  private static Optional<String> only(
      byte[] value, int length, java.util.function.Supplier<String> text) {
    return value.length == length ? Optional.of(text.get()) : Optional.empty();
  }

  private static Optional<String> date(byte[] value) {
    if (value.length != 4) {
      return Optional.empty();
    }
    int days = ByteBuffer.wrap(value).getInt();
    boolean infinite = days == Integer.MAX_VALUE || days == Integer.MIN_VALUE;
    return infinite
        ? Optional.empty()
        : Optional.of(EPOCH.plusDays(days))
            .filter(day -> usual(day.getYear()))
            .map(LocalDate::toString);
  }

  private static Optional<LocalDateTime> timestamp(byte[] value) {
    if (value.length != 8) {
      return Optional.empty();
    }
    long micros = ByteBuffer.wrap(value).getLong();
    if (micros == Long.MAX_VALUE || micros == Long.MIN_VALUE) {
      return Optional.empty();
    }
    Instant at =
        EPOCH
            .atStartOfDay()
            .toInstant(ZoneOffset.UTC)
            .plusSeconds(Math.floorDiv(micros, MICROS))
            .plusNanos(Math.floorMod(micros, MICROS) * 1000);
    return Optional.of(LocalDateTime.ofInstant(at, ZoneOffset.UTC))
        .filter(time -> usual(time.getYear()));
  }

  /** Others are written in more than four digits, or before Christ. */
  private static boolean usual(int year) {
    return year > 0 && year < 10_000;
  }
}
