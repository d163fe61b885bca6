package io.dualwrite.reconciler.checksum;

import java.util.Locale;

/**
 * How a row is turned into 64 bits inside the databases. Sums over rows do not depend on their
 * order.
 */
public enum Checksum {
  /**
   * {@code hash_record_extended} over the values' binary forms: the cheaper one. PostgreSQL 14 and
   * later.
   */
  SEND,
  /** {@code hashtextextended} over the row's canonical text. */
  TEXT;

  /** As typed and printed: {@code send}, {@code text}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
