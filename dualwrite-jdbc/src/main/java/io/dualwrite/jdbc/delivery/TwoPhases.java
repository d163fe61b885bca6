package io.dualwrite.jdbc.delivery;

import io.dualwrite.jdbc.copy.CopyContext;
import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.jdbc.copy.LockedCopy;
import io.dualwrite.jdbc.journal.OwnEntries;
import io.dualwrite.jdbc.prepared.PreparedId;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What STRICT does differently where the secondary prepares transactions. */
final class TwoPhases {
  private static final Logger LOG = LoggerFactory.getLogger(TwoPhases.class);
  private static final String CANNOT_BE_PREPARED = "0A000";
  private static final String ALL_IN_USE = "53200";
  private static final Duration NOT_TRIED_FOR = Duration.ofMinutes(1);

  private final CopyContext context;
  private final PreparedRecovery recovery;

  /** Tables whose transactions the secondary refused to prepare, and when. */
  private final Map<Set<String>, Long> refused = new ConcurrentHashMap<>();

  TwoPhases(CopyContext context, PreparedRecovery recovery) {
    this.context = context;
    this.recovery = recovery;
  }

  /** Whether this is to be prepared: looked up with the locks, as the server runs now. */
  boolean suit(LockedCopy copy, Set<String> tables) {
    Long since = refused.get(tables);
    return copy.preparable()
        && (since == null || System.nanoTime() - since > NOT_TRIED_FOR.toNanos());
  }

  /**
   * The name under which the transaction of these entries is prepared; {@link #settled} or {@link
   * #leave} it in the end.
   */
  PreparedId name(OwnEntries.Noted noted) {
    PreparedId id =
        PreparedId.of(
            context.migration(),
            recovery.identity(),
            noted.transaction(),
            noted.since(),
            noted.until());
    recovery.begun(id);
    return id;
  }

  /** Prepares. An exception may leave open whether it is prepared; {@link #leave} it then. */
  void prepare(LockedCopy copy, PreparedId id) throws SQLException {
    try {
      copy.prepare(id.text());
    } catch (SQLException e) {
      if (ALL_IN_USE.equals(e.getSQLState())) {
        throw new SQLException(
            "all its prepared transactions are in use; max_prepared_transactions should be as many as the connections of all"
                + " applications together",
            ALL_IN_USE,
            e);
      }
      throw e;
    }
  }

  /**
   * Whether the secondary cannot prepare such a transaction at all: a trigger there notifies, say.
   * One phase it is, then.
   */
  boolean refuses(SQLException failure, Set<String> tables) {
    if (!CANNOT_BE_PREPARED.equals(failure.getSQLState())) {
      return false;
    }
    if (refused.put(Set.copyOf(tables), System.nanoTime()) == null) {
      LOG.warn(
          "strict: the {} cannot prepare transactions over {}; they are committed in one phase: {}",
          context.secondary().label(),
          tables,
          Failures.describe(failure));
    }
    return true;
  }

  /**
   * The primary's COMMIT failed.
   *
   * @return whether the primary said that it rolled back, and so has the secondary; otherwise the
   *     primary is to be asked: {@link #leave} it
   */
  boolean undone(LockedCopy copy, SQLException failure) {
    if (!Failures.rolledBack(failure)) {
      return false;
    }
    try {
      copy.rollbackPrepared();
      return true;
    } catch (SQLException e) {
      LOG.debug("strict: a prepared transaction is left to recovery: {}", Failures.describe(e));
      return false;
    }
  }

  /** Nothing of this is left prepared. */
  void settled(PreparedId id) {
    recovery.settled(id);
  }

  /** This is left as it is, prepared or not, and recovery looks after it. */
  void leave(PreparedId id) {
    recovery.soon(id);
  }
}
