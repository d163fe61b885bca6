package io.dualwrite.jdbc.delivery;

import io.dualwrite.jdbc.capture.OwnNote;
import io.dualwrite.jdbc.copy.ChangedTableException;
import io.dualwrite.jdbc.copy.CopyContext;
import io.dualwrite.jdbc.copy.CopyResult;
import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.jdbc.copy.LockedCopy;
import io.dualwrite.jdbc.copy.RefusedRow;
import io.dualwrite.jdbc.copy.RowKey;
import io.dualwrite.jdbc.journal.JournalEntry;
import io.dualwrite.jdbc.journal.OwnEntries;
import io.dualwrite.jdbc.prepared.PreparedId;
import io.dualwrite.jdbc.schema.CapturedTable;
import io.dualwrite.jdbc.schema.Lane;
import io.dualwrite.jdbc.schema.TablePair;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * STRICT: the transaction's rows are written to the secondary and, where it can, prepared there;
 * the primary commits, the secondary commits, the entries are deleted. A failure before the
 * primary's commit rolls both back. After it, a crash or a failure of the secondary leaves the
 * entries in the journal, from which delivery brings the secondary up, and what is prepared to
 * {@link PreparedRecovery}.
 */
public final class StrictCommit {
  private static final Logger LOG = LoggerFactory.getLogger(StrictCommit.class);

  private final CopyContext context;
  private final DeliveryEngine engine;
  private final CircuitBreaker breaker;
  private final Duration limit;
  private final ScheduledExecutorService watchdog;
  private final DeliveryProbe probe;
  private final TwoPhases twoPhases;

  /** Commits within {@code limit}, as far as the secondary is concerned. */
  public StrictCommit(
      CopyContext context,
      DeliveryEngine engine,
      CircuitBreaker breaker,
      Duration limit,
      ScheduledExecutorService watchdog,
      PreparedRecovery recovery,
      DeliveryProbe probe) {
    this.context = context;
    this.engine = engine;
    this.breaker = breaker;
    this.limit = limit;
    this.watchdog = watchdog;
    this.probe = probe;
    this.twoPhases = new TwoPhases(context, recovery);
  }

  /**
   * Commits the transaction on {@code own}.
   *
   * @param touched the mirrored tables that it touched
   * @throws SQLException if both sides rolled back, or as the primary answered its COMMIT
   */
  public void commit(Connection own, Collection<CapturedTable> touched) throws SQLException {
    if (!engine.isRunning()) {
      // The kill switch: the primary alone decides, and the journal remembers.
      own.commit();
      return;
    }
    runDeferredTriggers(own);
    Set<String> tables = names(touched, table -> true);
    OwnEntries entries =
        OwnEntries.read(
            own,
            context.journal(),
            OwnNote.SETTING,
            OwnNote.TOO_MANY,
            names(touched, OwnNote::isFor),
            names(touched, table -> !OwnNote.isFor(table)));
    Map<TablePair, Set<RowKey>> keys = new LinkedHashMap<>();
    Lane lane = lane(own, tables, entries.entries(), keys);
    if (keys.isEmpty()) {
      own.commit();
      engine.wakeAll(tables);
      return;
    }
    long start = System.nanoTime();
    Permit permit = Permit.of(breaker).orElse(null);
    if (permit == null) {
      own.rollback();
      throw failed(
          "the "
              + context.secondary().label()
              + " is not being tried after repeated failures (circuit breaker open)",
          null);
    }
    LockedCopy copy = null;
    Future<?> deadline = null;
    PreparedId id = null;
    boolean settled = false;
    try {
      try {
        copy = begin(lane, keys.keySet(), own, false);
        deadline = abortAtDeadline(copy, start);
        LockedCopy begun = copy;
        copy = written(begun, lane, keys, own, start);
        deadline = guarded(deadline, begun, copy, start);
        probe.reached(DeliveryProbe.Point.STRICT_WRITTEN);
        if (twoPhases.suit(copy, tables)) {
          try {
            id = twoPhases.name(entries.noted());
            twoPhases.prepare(copy, id);
            probe.reached(DeliveryProbe.Point.STRICT_PREPARED);
          } catch (SQLException e) {
            if (!twoPhases.refuses(e, tables)) {
              throw e;
            }
            twoPhases.settled(id);
            id = null;
            deadline.cancel(false);
            close(copy);
            begun = begin(lane, keys.keySet(), own, false);
            copy = begun;
            deadline = abortAtDeadline(begun, start);
            copy = written(begun, lane, keys, own, start);
            deadline = guarded(deadline, begun, copy, start);
          }
        }
        permit.succeeded();
      } catch (SQLException e) {
        if (e instanceof ChangedTableException) {
          engine.tableChanged();
          permit.succeeded();
        } else if (Failures.refusesRow(e) || Failures.refusesTable(e)) {
          permit.succeeded();
        } else if (engine.isRunning()) {
          permit.failed(e);
        }
        if (engine.isRunning()) {
          rollback(own, e);
          throw failed(Failures.describe(e), e);
        }
        // The kill switch was engaged meanwhile: from now on the primary alone decides, and the
        // journal remembers.
        LOG.info(
            "strict: the kill switch was engaged during a commit; it goes on without the secondary");
        if (copy != null) {
          close(copy);
          copy = null;
        }
      }
      try {
        own.commit();
      } catch (SQLException e) {
        settled = id != null && copy != null && twoPhases.undone(copy, e);
        throw e;
      }
      probe.reached(DeliveryProbe.Point.PRIMARY_COMMITTED);
      settled = copy != null && finish(copy, id != null);
      if (settled) {
        probe.reached(DeliveryProbe.Point.STRICT_COMMITTED);
      }
      if (copy != null && settled && !copy.deletedInVain()) {
        engine.clearSoon(entries);
        wakeForWholeTables(entries.entries());
      } else {
        engine.wakeAll(tables);
      }
    } finally {
      permit.close();
      if (id != null && settled) {
        twoPhases.settled(id);
      } else if (id != null) {
        twoPhases.leave(id);
      }
      if (deadline != null) {
        deadline.cancel(false);
      }
      if (copy != null) {
        close(copy);
      }
    }
  }

  private static Set<String> names(
      Collection<CapturedTable> tables, Predicate<CapturedTable> which) {
    return tables.stream()
        .filter(which)
        .map(CapturedTable::journalName)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  private void wakeForWholeTables(List<JournalEntry> entries) {
    entries.stream().filter(e -> e.key() == null).forEach(e -> engine.wake(e.table()));
  }

  /**
   * What deferred triggers and constraints do at the commit must be done before the rows are read.
   * A refusal is the primary's, as its COMMIT would have given it.
   */
  private static void runDeferredTriggers(Connection own) throws SQLException {
    try (Statement statement = own.createStatement()) {
      statement.execute("SET CONSTRAINTS ALL IMMEDIATE");
    } catch (SQLException e) {
      rollback(own, e);
      throw e;
    }
  }

  private LockedCopy begin(
      Lane lane, Collection<TablePair> writes, Connection own, boolean exclusive)
      throws SQLException {
    LockedCopy copy = LockedCopy.beginWithin(context, lane, writes, own, exclusive);
    if (engine.underWay(copy)) {
      return copy;
    }
    copy.close();
    throw new SQLException("delivery was stopped");
  }

  private void close(LockedCopy copy) {
    engine.ended(copy);
    copy.close();
  }

  /**
   * Collects keys by table and the tables' lanes as one, in the order in which they may be written.
   */
  private Lane lane(
      Connection own,
      Collection<String> tables,
      List<JournalEntry> entries,
      Map<TablePair, Set<RowKey>> keys)
      throws SQLException {
    Set<TablePair> pairs = new LinkedHashSet<>();
    for (String table : tables) {
      Lane lane = engine.lane(table).orElse(null);
      if (lane == null) {
        own.rollback();
        throw failed(
            "the "
                + context.secondary().label()
                + " has not been reachable since this application started",
            null);
      }
      pairs.addAll(lane.tables());
    }
    Map<String, TablePair> byName = new HashMap<>();
    pairs.forEach(pair -> byName.put(pair.name().toString(), pair));
    for (JournalEntry entry : entries) {
      TablePair pair = byName.get(entry.table());
      if (pair == null) {
        own.rollback();
        throw failed("rows of " + entry.table() + " were journaled unnoticed", null);
      }
      if (entry.key() == null) {
        LOG.warn(
            "strict: {} was changed as a whole; it follows by delivery, after the commit",
            entry.table());
      } else if (entry.namesRowBy(pair.keyId())) {
        keys.computeIfAbsent(pair, p -> new LinkedHashSet<>()).add(new RowKey(entry.key()));
      } else {
        own.rollback();
        engine.tableChanged();
        SQLException changed = ChangedTableException.ofKey(entry.table());
        throw failed(Failures.describe(changed), changed);
      }
    }
    return new Lane("strict", List.copyOf(pairs));
  }

  private LockedCopy written(
      LockedCopy shared, Lane lane, Map<TablePair, Set<RowKey>> keys, Connection own, long start)
      throws SQLException {
    try {
      Map<TablePair, Set<RowKey>> left = keys;
      while (!left.isEmpty()) {
        left = left(shared.copyAll(lane, left));
      }
      return shared;
    } catch (SQLException e) {
      close(shared);
      // Under REPEATABLE READ the application's snapshot is older than the lock: others' rows must
      // not be copied from it.
      if (!Failures.refusesRow(e)
          || own.getTransactionIsolation() > Connection.TRANSACTION_READ_COMMITTED) {
        throw e;
      }
    }
    // A parent that is not there yet, say. Others' rows may be copied only under the exclusive
    // lock.
    LockedCopy exclusive = begin(lane, keys.keySet(), own, true);
    Future<?> deadline = abortAtDeadline(exclusive, start);
    boolean written = false;
    try {
      List<RefusedRow> refused = exclusive.settle(lane, keys);
      if (!refused.isEmpty()) {
        throw refused.get(0).cause();
      }
      written = true;
      return exclusive;
    } finally {
      deadline.cancel(false);
      if (!written) {
        close(exclusive);
      }
    }
  }

  private static Map<TablePair, Set<RowKey>> left(Map<TablePair, CopyResult> copied) {
    Map<TablePair, Set<RowKey>> left = new LinkedHashMap<>();
    copied.forEach(
        (table, result) -> {
          if (!result.left().isEmpty()) {
            left.put(table, result.left());
          }
        });
    return left;
  }

  private Future<?> abortAtDeadline(LockedCopy copy, long start) {
    long left = limit.toNanos() - (System.nanoTime() - start);
    return watchdog.schedule(copy::abort, Math.max(0, left), TimeUnit.NANOSECONDS);
  }

  /** What is written may be another copy than the one that the deadline is for. */
  private Future<?> guarded(Future<?> deadline, LockedCopy begun, LockedCopy written, long start) {
    if (written == begun) {
      return deadline;
    }
    deadline.cancel(false);
    return abortAtDeadline(written, start);
  }

  private static boolean finish(LockedCopy copy, boolean prepared) {
    try {
      if (prepared) {
        copy.commitPrepared();
      } else {
        copy.commit();
      }
      return true;
    } catch (SQLException e) {
      LOG.warn(
          "strict: the secondary's commit failed after the primary's; delivery brings it up: {}",
          Failures.describe(e));
      return false;
    }
  }

  private static void rollback(Connection own, SQLException cause) {
    try {
      own.rollback();
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }

  private SQLException failed(String why, @Nullable SQLException cause) {
    String message =
        "strict: the "
            + context.secondary().label()
            + " did not take the transaction, both sides rolled back: "
            + why;
    return cause != null && Failures.refusesRow(cause)
        ? new SQLException(message, cause.getSQLState(), cause)
        : new SQLTransactionRollbackException(message, "40000", cause);
  }
}
