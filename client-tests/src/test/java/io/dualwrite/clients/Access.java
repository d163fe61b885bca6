package io.dualwrite.clients;

/** How a client reaches the source. */
enum Access {
  /** Its own pool, as before dualwrite: shows that a test's expectations are PostgreSQL's own. */
  BARE,
  /** The same pool under a {@code DualWriteDataSource}. */
  WRAPPED
}
