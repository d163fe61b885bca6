package io.dualwrite.jdbc.capture;

/** How a statement that changes keys tells the keys that rows had before. */
enum OldKeys {
  /** No key changes. */
  NONE,
  /** {@code RETURNING old.…}, from PostgreSQL 18 on. */
  RETURNED,
  /**
   * {@code WHERE} notes the key in a setting of the transaction, {@code RETURNING} reads it from
   * there: for statements that look at each row and write it before they look at the next.
   */
  NOTED,
  /**
   * An update is joined with the table as its snapshot shows it. A row whose key another
   * transaction changes meanwhile is left out by the update.
   */
  JOINED
}
