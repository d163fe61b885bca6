package io.dualwrite.jdbc.delivery;

/**
 * Is told when a delivery passes a point at which a crash would be interesting. Called on the
 * thread that delivers or, under STRICT, commits.
 */
@FunctionalInterface
public interface DeliveryProbe {
  /** The points between the messages of the protocol, in order. */
  enum Point {
    /**
     * STRICT: the rows are written to the secondary, uncommitted; the primary is uncommitted too.
     */
    STRICT_WRITTEN,
    /** STRICT in two phases: they are prepared there; the primary is uncommitted still. */
    STRICT_PREPARED,
    /** The application's transaction is committed on the primary; nothing else has happened. */
    PRIMARY_COMMITTED,
    /** STRICT: the secondary has committed as well; the journal still holds the entries. */
    STRICT_COMMITTED,
    /** The lane's locks are held; nothing has been read. */
    LOCKED,
    /** The journal and the rows have been read and written to the secondary, uncommitted. */
    WRITTEN,
    /** The secondary has committed; the journal still holds the entries. */
    SECONDARY_COMMITTED,
    /** The entries are deleted. */
    CLEARED
  }

  /** A probe that does nothing. */
  DeliveryProbe NONE = point -> {};

  /** Called at each point. */
  void reached(Point point);
}
