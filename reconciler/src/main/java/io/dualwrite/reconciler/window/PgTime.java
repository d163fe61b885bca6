package io.dualwrite.reconciler.window;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** Instants as PostgreSQL reads them, and as people type them. */
public final class PgTime {
  private static final Instant FIRST = Instant.parse("-4712-01-01T00:00:00Z");
  private static final Instant END = Instant.parse("+294276-01-01T00:00:00Z");

  private PgTime() {}

  /** Whether PostgreSQL has such a time. */
  static boolean isHeld(Instant instant) {
    return !instant.isBefore(FIRST) && instant.isBefore(END);
  }

  /** As a constant for {@code timestamptz}, {@code timestamp} (in UTC) and {@code date}. */
  public static String sql(Instant instant) {
    LocalDateTime utc = LocalDateTime.ofInstant(instant, ZoneOffset.UTC);
    int year = utc.getYear();
    return String.format(
        java.util.Locale.ROOT,
        "%04d-%02d-%02d %02d:%02d:%02d.%06d+00%s",
        year > 0 ? year : 1 - year,
        utc.getMonthValue(),
        utc.getDayOfMonth(),
        utc.getHour(),
        utc.getMinute(),
        utc.getSecond(),
        utc.getNano() / 1000,
        year > 0 ? "" : " BC");
  }

  /**
   * A day, a local time (taken as UTC) or an instant with its offset, typed by people or as a
   * session at UTC prints it; empty when it is none of them.
   */
  static Optional<Instant> parse(String text) {
    String trimmed = text.trim().replace(' ', 'T');
    String iso =
        trimmed.endsWith("+00") ? trimmed.substring(0, trimmed.length() - 3) + "Z" : trimmed;
    try {
      if (iso.length() == 10) {
        return Optional.of(LocalDate.parse(iso).atStartOfDay(ZoneOffset.UTC).toInstant());
      }
      boolean offset = iso.endsWith("Z") || iso.lastIndexOf('+') > 10 || iso.lastIndexOf('-') > 10;
      return Optional.of(
          offset
              ? OffsetDateTime.parse(iso).toInstant()
              : LocalDateTime.parse(iso).toInstant(ZoneOffset.UTC));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }
}
