package io.dualwrite.jdbc.delivery;

/**
 * What one round of a lane's delivery came to.
 *
 * @param kind how it ended
 * @param rows rows written to or deleted from the secondary
 */
record RoundResult(Kind kind, int rows) {
  enum Kind {
    /** Everything that the snapshot's journal held for the lane has been delivered or set aside. */
    DRAINED,
    /** Something was delivered and more is waiting. */
    MORE,
    /** Another instance holds the lane. */
    BUSY,
    /** Delivery was told to stop before the secondary's commit; nothing was kept. */
    STOPPED
  }

  static final RoundResult BUSY = new RoundResult(Kind.BUSY, 0);
  static final RoundResult STOPPED = new RoundResult(Kind.STOPPED, 0);
}
