package io.dualwrite.jdbc.capture;

/** How a statement that changes keys tells the keys that rows had before. */
enum OldKeys {
  /** No key changes. */
  NONE,
  /** {@code RETURNING old.…}, from PostgreSQL 18 on. */
  RETURNED,
  /**
   * An update is joined with the table as its snapshot shows it. A row whose key changes meanwhile
   * is left out by the update.
   */
  JOINED,
  /**
   * The {@code WHERE} of {@code DO UPDATE} notes the key in a setting of the transaction, {@code
   * RETURNING} reads it from there.
   */
  NOTED
}
