package io.dualwrite.jdbc.delivery;

/**
 * Is told when a delivery passes a point at which a crash would be interesting. Called on the
 * delivering thread.
 */
@FunctionalInterface
public interface DeliveryProbe {
  /** The points between the messages of the protocol, in order. */
  enum Point {
    /** The application's transaction is committed on the primary; nothing else has happened. */
    PRIMARY_COMMITTED,
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
