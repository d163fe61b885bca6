package io.dualwrite.jdbc.copy;

import io.dualwrite.jdbc.pipeline.Pipeline;
import io.dualwrite.jdbc.schema.ColumnText;
import io.dualwrite.jdbc.schema.Slices;
import io.dualwrite.jdbc.schema.TablePair;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How the two transactions of a copy begin and end. */
final class Transactions {
  private static final Logger LOG = LoggerFactory.getLogger(Transactions.class);

  /**
   * Milliseconds beyond the statement time-out after which a server that says nothing at all is
   * given up.
   */
  private static final int NETWORK_GRACE = 1000;

  /**
   * Rows are found by key and the journal's entries by its index, whatever the statistics of a
   * table that fills and empties say, so that a plan can be made once per session.
   */
  private static final String PLANS =
      ", pg_catalog.set_config('enable_seqscan', 'off', true), pg_catalog.set_config('jit', 'off', true),"
          + " pg_catalog.set_config('plan_cache_mode', 'force_generic_plan', true)";

  static final String LOCK_NOT_AVAILABLE = "55P03";

  private Transactions() {}

  /**
   * What asking for locks gave.
   *
   * @param all whether all of them were granted
   * @param prepares whether the server prepares transactions
   */
  record Granted(boolean all, boolean prepares) {}

  /**
   * Begins the transaction and takes the locks in one message to the server. Each statement in it
   * has a snapshot of its own, so that what is read later is as of after the lock.
   *
   * @param tables whose locks are taken
   * @param sliced of which the locks of all slices are taken as well, in the same way
   * @return what was granted
   */
  static Granted lock(
      Connection secondary,
      CopyContext context,
      String lock,
      Collection<TablePair> tables,
      Collection<TablePair> sliced)
      throws SQLException {
    long[] locks = LongStream.concat(context.locks(tables), context.sliceLocks(sliced)).toArray();
    AtomicBoolean all = new AtomicBoolean(true);
    AtomicBoolean prepares = new AtomicBoolean();
    beginning(secondary, context)
        .add(
            "SELECT pg_catalog."
                + lock
                + "(k), pg_catalog.current_setting('max_prepared_transactions')::integer > 0 FROM "
                + unnest(locks)
                + " k",
            Pipeline.Parameters.NONE,
            rows -> {
              while (rows.next()) {
                // pg_advisory_xact_lock returns void, which is not 'f'.
                if ("f".equals(rows.getString(1))) {
                  all.set(false);
                }
                prepares.set(rows.getBoolean(2));
              }
            })
        .send();
    return new Granted(all.get(), prepares.get());
  }

  /**
   * Begins the transaction as {@link #lock} does, without taking a lock.
   *
   * @param patience how long others are waited for who write the same rows
   */
  static void begin(Connection secondary, CopyContext context, Duration patience)
      throws SQLException {
    beginning(secondary, context).add("SELECT 1" + setting("lock_timeout", patience)).send();
  }

  /**
   * Takes the exclusive locks in a transaction that has begun before. If they are not granted in
   * time (55P03), the transaction is as it was.
   */
  static void queue(
      Connection secondary, CopyContext context, Collection<TablePair> tables, Duration patience)
      throws SQLException {
    Savepoint before = secondary.setSavepoint();
    try {
      new Pipeline(secondary)
          .add("SELECT 1" + setting("lock_timeout", patience))
          .add(
              "SELECT pg_catalog.pg_advisory_xact_lock(k) FROM "
                  + unnest(context.locks(tables).toArray())
                  + " k")
          .add("SELECT 1" + setting("lock_timeout", context.lockWait()))
          .send();
      secondary.releaseSavepoint(before);
    } catch (SQLException e) {
      if (LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
        secondary.rollback(before);
      }
      throw e;
    }
  }

  /**
   * What begins a snapshot of the primary in which much is read at once, by whatever plan is best.
   */
  static List<String> wideSnapshot(CopyContext context) {
    return List.of(
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
        ColumnText.SESSION_SETTINGS
            + setting("statement_timeout", context.statementTimeout())
            + ", pg_catalog.set_config('jit', 'off', true)");
  }

  /**
   * Begins the transaction and takes those of these slices' locks that nobody has, with the table's
   * shared, and none if somebody has that. Behind the locks, and with the secondary's table kept as
   * it is until the end of the transaction, it looks whether the table can be delivered in slices.
   *
   * @throws UnfitForSlicesException if not
   */
  static Set<Integer> trySlices(
      Connection secondary, CopyContext context, Slices slices, Collection<Integer> wanted)
      throws SQLException {
    TablePair table = slices.table();
    String values =
        wanted.stream()
            .map(n -> "(" + n + ", " + context.sliceLock(table, n) + "::pg_catalog.int8)")
            .collect(Collectors.joining(", "));
    AtomicBoolean shared = new AtomicBoolean();
    Set<Integer> granted = new HashSet<>();
    List<String> facts = new ArrayList<>();
    beginning(secondary, context)
        .add(
            "LOCK TABLE ONLY "
                + table.on(context.secondary()).name().sql()
                + " IN ROW EXCLUSIVE MODE NOWAIT")
        .add(
            "SELECT pg_catalog.pg_try_advisory_xact_lock_shared(" + lockOf(context, table) + ")",
            Pipeline.Parameters.NONE,
            row -> {
              row.next();
              shared.set(row.getBoolean(1));
            })
        .add(
            "SELECT n FROM (SELECT v.n, pg_catalog.pg_try_advisory_xact_lock(v.k) AS taken FROM (VALUES "
                + values
                + ") v(n, k) OFFSET 0) s WHERE taken",
            Pipeline.Parameters.NONE,
            rows -> {
              while (rows.next()) {
                granted.add(rows.getInt(1));
              }
            })
        .add(
            SliceFacts.ofSecondary(slices, context),
            Pipeline.Parameters.NONE,
            row -> {
              row.next();
              facts.add(row.getString(1));
            })
        .send();
    if (!shared.get() || granted.isEmpty()) {
      return Set.of();
    }
    SliceFacts.check(slices, context.secondary(), false, facts.get(0));
    return granted;
  }

  private static String lockOf(CopyContext context, TablePair table) {
    return Long.toString(context.locks(List.of(table)).findFirst().orElseThrow())
        + "::pg_catalog.int8";
  }

  private static Pipeline beginning(Connection secondary, CopyContext context) throws SQLException {
    secondary.setAutoCommit(false);
    limitSilence(secondary, context);
    return new Pipeline(secondary)
        .add("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        .add(ColumnText.SESSION_SETTINGS + limits(context));
  }

  private static String unnest(long[] locks) {
    return "pg_catalog.unnest('{"
        + Arrays.stream(locks).mapToObj(Long::toString).collect(Collectors.joining(","))
        + "}'::bigint[])";
  }

  /**
   * Gives a server up that says nothing at all, because the network has forgotten the connection:
   * the lane would wait for ever, whatever becomes of the lock.
   */
  static void limitSilence(Connection connection, CopyContext context) throws SQLException {
    connection.setNetworkTimeout(
        Runnable::run, (int) context.statementTimeout().toMillis() + NETWORK_GRACE);
  }

  /** What begins a snapshot of the primary, with settings that end with it. */
  static List<String> snapshot(CopyContext context) {
    return List.of(
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
        ColumnText.SESSION_SETTINGS
            + setting("statement_timeout", context.statementTimeout())
            + PLANS);
  }

  private static String limits(CopyContext context) {
    return setting("lock_timeout", context.lockWait())
        + setting("statement_timeout", context.statementTimeout())
        + setting("idle_in_transaction_session_timeout", context.idleTimeout())
        // Rows go out while rows come in; a trigger's notices would only be in the way.
        + ", pg_catalog.set_config('client_min_messages', 'error', true)"
        // Entries are deleted once the commit here is acknowledged: it must be on disk by then.
        + ", pg_catalog.set_config('synchronous_commit', CASE pg_catalog.current_setting('synchronous_commit') WHEN 'off' THEN 'on'"
        + " ELSE pg_catalog.current_setting('synchronous_commit') END, true)"
        + PLANS;
  }

  private static String setting(String name, Duration limit) {
    return ", pg_catalog.set_config('" + name + "', '" + Math.max(1, limit.toMillis()) + "', true)";
  }

  static void release(@Nullable Connection connection) {
    if (connection != null) {
      try {
        connection.rollback();
      } catch (SQLException e) {
        // A connection that cannot roll back is broken; closing it hands it to the pool, which
        // throws it away.
        LOG.debug("Rolling back before giving a connection back failed: {}", Failures.describe(e));
      }
      restore(connection);
    }
  }

  static void restore(Connection connection) {
    try {
      connection.setAutoCommit(true);
    } catch (SQLException e) {
      LOG.debug("Giving a connection back failed: {}", Failures.describe(e));
    }
    try {
      connection.close();
    } catch (SQLException e) {
      LOG.debug("Closing a connection failed: {}", Failures.describe(e));
    }
  }
}
