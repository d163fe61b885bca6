package io.dualwrite.reconciler.checksum;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How a row is turned into 64 bits inside the databases, the cheapest first. Sums over rows do not
 * depend on their order. None misses a change that another sees.
 */
public enum Checksum {
  /**
   * {@code hash_record_extended} over the values' binary forms; values of types without one by
   * their text. PostgreSQL 14 and later.
   */
  SEND,
  /** {@code hashtextextended} over the row's canonical text. PostgreSQL. */
  TEXT,
  /** 64 bits of {@code md5} of the canonical text. Refused by servers under FIPS. */
  MD5,
  /** 64 bits of {@code sha256} of the canonical text. */
  SHA256;

  private static final List<Checksum> ALL = List.of(values());

  /** As typed and printed: {@code send}, {@code text}, {@code md5}, {@code sha256}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** That of a label. */
  public static Optional<Checksum> of(String label) {
    return ALL.stream().filter(c -> c.label().equals(label.toLowerCase(Locale.ROOT))).findFirst();
  }

  /** All labels, the cheapest first. */
  public static List<String> labels() {
    return Arrays.stream(values()).map(Checksum::label).toList();
  }

  /** The 64-bit hash of a row of texts, some of which may be null. */
  String of(RowText texts) {
    return switch (this) {
      // The text of a record quotes, escapes and marks nulls, so that no two rows share one.
      case SEND, TEXT ->
          "pg_catalog.hashtextextended(" + texts.record() + "::text COLLATE \"C\", 1)";
      case MD5, SHA256 -> bits(digest(texts.canonical()));
    };
  }

  /**
   * A text of hash digits in which two texts differ whenever they do, but for chance in 2 to the
   * 64th at least.
   */
  String ofLongText(String text) {
    return switch (this) {
      case SEND, TEXT ->
          "pg_catalog.hashtextextended("
              + text
              + " collate \"C\", 1) || ':' || pg_catalog.hashtextextended("
              + text
              + " collate \"C\", 2)";
      case MD5, SHA256 -> digest(text);
    };
  }

  /** In hexadecimal digits, the same in every dialect. */
  private String digest(String text) {
    return this == MD5
        ? "pg_catalog.md5(pg_catalog.convert_to(" + text + ", 'UTF8'))"
        : "pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to("
            + text
            + ", 'UTF8')), 'hex')";
  }

  private static String bits(String digits) {
    return "('x' || left(" + digits + ", 16))::bit(64)::int8";
  }
}
