package io.dualwrite.jdbc.copy;

import io.dualwrite.Side;
import io.dualwrite.jdbc.journal.Journal;
import io.dualwrite.jdbc.schema.ColumnText;
import io.dualwrite.jdbc.schema.Lane;
import io.dualwrite.jdbc.schema.TablePair;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one way in which the secondary is written: a transaction on the secondary that took the
 * lane's exclusive locks, and a snapshot of the primary begun after the locks were granted
 * (guarantee G4; {@code docs/protocol/delivery.pml}).
 *
 * <p>The locks live in the secondary's transaction: a holder that freezes or dies loses locks and
 * writes together. The secondary is used at READ COMMITTED; the primary is only read, in one
 * REPEATABLE READ snapshot without locks. Not safe for use by several threads. Nothing is kept on
 * the secondary unless {@link #commit()} returns.
 */
public final class LockedCopy implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LockedCopy.class);

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

  private final CopyContext context;
  private final Lane lane;
  private final Connection primary;
  private final Connection secondary;
  private final Map<TablePair, RowTransfer> transfers = new HashMap<>();
  private final boolean closesPrimary;
  private boolean committed;

  private LockedCopy(
      CopyContext context,
      Lane lane,
      Connection primary,
      Connection secondary,
      boolean closesPrimary) {
    this.lane = lane;
    this.closesPrimary = closesPrimary;
    this.context = context;
    this.primary = primary;
    this.secondary = secondary;
  }

  /** Waits for the lane's locks (at most {@link CopyContext#lockWait()}, then SQLState 55P03). */
  public static LockedCopy begin(CopyContext context, Lane lane) throws SQLException {
    return open(context, lane, "pg_advisory_xact_lock").orElseThrow();
  }

  /** Takes the lane's locks if nobody has any of them. */
  public static Optional<LockedCopy> tryBegin(CopyContext context, Lane lane) throws SQLException {
    return open(context, lane, "pg_try_advisory_xact_lock");
  }

  /**
   * For a transaction of the application itself (STRICT): what is read from the primary is read
   * through its own connection and so includes what it has not committed yet. Shared locks let
   * several such transactions write the secondary at once: the primary's row locks keep them apart.
   * Rows that the transaction has not changed itself may be copied only under exclusive locks.
   *
   * @param own the application's connection, in its transaction; its settings are pinned until the
   *     transaction ends. Closing this leaves it alone.
   */
  public static LockedCopy beginWithin(
      CopyContext context, Lane lane, Connection own, boolean exclusive) throws SQLException {
    String lock = exclusive ? "pg_advisory_xact_lock" : "pg_advisory_xact_lock_shared";
    Connection secondary = context.secondaryDatabase().getConnection();
    boolean opened = false;
    try {
      secondary.setAutoCommit(false);
      secondary.setNetworkTimeout(
          Runnable::run, (int) context.statementTimeout().toMillis() + NETWORK_GRACE);
      lock(secondary, context, lock, lane.tables());
      try (PreparedStatement statement = own.prepareStatement(ColumnText.SESSION_SETTINGS)) {
        statement.execute();
      }
      opened = true;
      return new LockedCopy(context, lane, own, secondary, false);
    } finally {
      if (!opened) {
        release(secondary);
      }
    }
  }

  private static Optional<LockedCopy> open(CopyContext context, Lane lane, String lock)
      throws SQLException {
    Connection secondary = context.secondaryDatabase().getConnection();
    Connection primary = null;
    boolean opened = false;
    try {
      secondary.setAutoCommit(false);
      secondary.setNetworkTimeout(
          Runnable::run, (int) context.statementTimeout().toMillis() + NETWORK_GRACE);
      // Before the lock: strict transactions hold a connection of the same pool while they wait for
      // it.
      primary = context.primaryDatabase().getConnection();
      primary.setAutoCommit(false);
      if (!lock(secondary, context, lock, lane.tables())) {
        return Optional.empty();
      }
      begin(
          primary,
          "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
          ", pg_catalog.set_config('statement_timeout', '"
              + context.statementTimeout().toMillis()
              + "', true)"
              + PLANS);
      opened = true;
      return Optional.of(new LockedCopy(context, lane, primary, secondary, true));
    } finally {
      if (!opened) {
        release(secondary);
        release(primary);
      }
    }
  }

  private static String limits(CopyContext context) {
    return setting("lock_timeout", context.lockWait())
        + setting("statement_timeout", context.statementTimeout())
        + setting("idle_in_transaction_session_timeout", context.idleTimeout())
        // Entries are deleted once the commit here is acknowledged: it must be on disk by then.
        + ", pg_catalog.set_config('synchronous_commit', CASE pg_catalog.current_setting('synchronous_commit') WHEN 'off' THEN 'on'"
        + " ELSE pg_catalog.current_setting('synchronous_commit') END, true)"
        + PLANS;
  }

  private static String setting(String name, Duration limit) {
    return ", pg_catalog.set_config('" + name + "', '" + Math.max(1, limit.toMillis()) + "', true)";
  }

  private static void begin(Connection connection, String transaction, String more)
      throws SQLException {
    String sql = transaction + "; " + ColumnText.SESSION_SETTINGS + more;
    // Prepared, though without parameters: the driver then has the server parse it once.
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.execute();
    }
  }

  /**
   * Begins the transaction and takes the locks in one message to the server. Each statement in it
   * has a snapshot of its own, so that what is read later is as of after the lock.
   */
  private static boolean lock(
      Connection secondary, CopyContext context, String lock, Collection<TablePair> tables)
      throws SQLException {
    String keys =
        Arrays.stream(context.locks(tables))
            .mapToObj(Long::toString)
            .collect(Collectors.joining(","));
    String sql =
        "SET TRANSACTION ISOLATION LEVEL READ COMMITTED; "
            + ColumnText.SESSION_SETTINGS
            + limits(context)
            + "; SELECT pg_catalog."
            + lock
            + "(k) FROM pg_catalog.unnest('{"
            + keys
            + "}'::bigint[]) k";
    try (PreparedStatement statement = secondary.prepareStatement(sql)) {
      statement.execute();
      statement.getMoreResults();
      statement.getMoreResults();
      boolean all = true;
      try (ResultSet rows = statement.getResultSet()) {
        while (rows.next()) {
          // pg_advisory_xact_lock returns void, which is not 'f'.
          all &= !"f".equals(rows.getString(1));
        }
      }
      return all;
    }
  }

  /** The primary's connection, in the snapshot. Only for reading. */
  public Connection primary() {
    return primary;
  }

  /** The secondary's connection, in the transaction that holds the locks. */
  public Connection secondary() {
    return secondary;
  }

  /**
   * The keys out of these that a journal entry or a set-aside entry names, by themselves or in a
   * range.
   */
  public Set<RowKey> pending(TablePair table, Collection<RowKey> keys) throws SQLException {
    Journal journal = context.journal();
    return keys.isEmpty()
        ? Set.of()
        : transfer(table)
            .pending(
                primary,
                context.primary(),
                journal.sql(),
                journal.setAsideSql(),
                List.copyOf(keys));
  }

  /** The primary's rows of these keys; those that are not there are left out. */
  public Map<RowKey, Row> readPrimary(TablePair table, Collection<RowKey> keys)
      throws SQLException {
    return rows(primary, context.primary(), table, keys);
  }

  /** The secondary's rows of these keys; those that are not there are left out. */
  public Map<RowKey, Row> readSecondary(TablePair table, Collection<RowKey> keys)
      throws SQLException {
    return rows(secondary, context.secondary(), table, keys);
  }

  private Map<RowKey, Row> rows(
      Connection connection, Side side, TablePair table, Collection<RowKey> keys)
      throws SQLException {
    List<RowKey> wanted = List.copyOf(new LinkedHashSet<>(keys));
    Map<RowKey, Row> found = new LinkedHashMap<>();
    for (int from = 0; from < wanted.size(); ) {
      // A batch that grew too large ends after some rows; the rest is asked for again.
      List<RowKey> rest = wanted.subList(from, Math.min(wanted.size(), from + 500));
      RowTransfer.Found some = transfer(table).read(connection, side, rest);
      for (int i = 0; i < some.rows().size(); i++) {
        found.put(rest.get(some.keyIndex().get(i)), some.rows().get(i));
      }
      if (some.complete()) {
        from += rest.size();
      } else {
        for (RowKey key : rest) {
          if (!found.containsKey(key)) {
            Map<RowKey, Row> one = rows(connection, side, table, List.of(key));
            found.putAll(one);
          }
        }
        from += rest.size();
      }
    }
    return found;
  }

  /**
   * Makes the secondary's rows of these keys what the primary's are.
   *
   * @param deleteMissing whether rows that the primary has not are deleted from the secondary
   * @throws SQLException by the secondary if a row cannot be written, or if a delete would cascade
   *     to rows that the primary still has; the transaction is then lost. {@link #settle} goes
   *     further.
   */
  public CopyResult copy(TablePair table, Collection<RowKey> keys, boolean deleteMissing)
      throws SQLException {
    Changes changes = changes(table, keys);
    if (deleteMissing) {
      Cascades.refuse(
          table, new Cascades(this, context.secondary(), lane).survivors(table, changes.deletes()));
    }
    int deleted =
        deleteMissing
            ? transfer(table).delete(secondary, context.secondary(), changes.deletes())
            : 0;
    transfer(table).upsert(secondary, context.secondary(), changes.upserts());
    return new CopyResult(changes.upserts().size(), deleted, changes.left());
  }

  /**
   * Makes the secondary's rows of several tables what the primary's are: deletes first, children
   * before parents, then writes, parents before children; the other way round where a delete would
   * cascade to rows that the primary still has. Fast, and fails as a whole where {@link #settle}
   * would find a way.
   *
   * @param lane gives the order
   */
  public Map<TablePair, CopyResult> copyAll(
      Lane lane, Map<TablePair, ? extends Collection<RowKey>> keys) throws SQLException {
    Map<TablePair, Changes> changes = new LinkedHashMap<>();
    for (TablePair table : lane.tables()) {
      Collection<RowKey> ofTable = keys.get(table);
      if (ofTable != null) {
        changes.put(table, changes(table, ofTable));
      }
    }
    boolean writesFirst = deleteTakesOthersAlong(lane, changes, false);
    if (writesFirst) {
      upsertAll(changes);
      deleteTakesOthersAlong(lane, changes, true);
    }
    List<Map.Entry<TablePair, Changes>> ordered = new ArrayList<>(changes.entrySet());
    for (int i = ordered.size() - 1; i >= 0; i--) {
      transfer(ordered.get(i).getKey())
          .delete(secondary, context.secondary(), ordered.get(i).getValue().deletes());
    }
    if (!writesFirst) {
      upsertAll(changes);
    }
    Map<TablePair, CopyResult> results = new LinkedHashMap<>();
    changes.forEach(
        (table, change) ->
            results.put(
                table,
                new CopyResult(change.upserts().size(), change.deletes().size(), change.left())));
    return results;
  }

  private void upsertAll(Map<TablePair, Changes> changes) throws SQLException {
    for (Map.Entry<TablePair, Changes> of : changes.entrySet()) {
      transfer(of.getKey()).upsert(secondary, context.secondary(), of.getValue().upserts());
    }
  }

  private boolean deleteTakesOthersAlong(
      Lane lane, Map<TablePair, Changes> changes, boolean refused) throws SQLException {
    Cascades cascades = new Cascades(this, context.secondary(), lane);
    for (Map.Entry<TablePair, Changes> of : changes.entrySet()) {
      Map<TablePair, Set<RowKey>> survivors =
          cascades.survivors(of.getKey(), of.getValue().deletes());
      if (refused) {
        Cascades.refuse(of.getKey(), survivors);
      }
      if (!survivors.isEmpty()) {
        return true;
      }
    }
    return false;
  }

  /**
   * The keys of all rows, by table, that rows of these keys refer to and that the secondary lacks;
   * their own parents included.
   */
  public Map<TablePair, Set<RowKey>> missingParents(
      Lane lane, Map<TablePair, ? extends Collection<RowKey>> keys) throws SQLException {
    return new MissingParents(this, context.secondary(), lane).of(keys);
  }

  /**
   * The same with every means: missing parents are pulled along, rows that swap unique values are
   * parked in between, each row is tried by itself.
   *
   * @return the rows that the secondary refuses all the same; everything else is written
   * @throws SQLException if the secondary fails, as opposed to refusing a row
   */
  public List<RefusedRow> settle(Lane lane, Map<TablePair, ? extends Collection<RowKey>> keys)
      throws SQLException {
    return new Settlement(this, context, lane).run(keys);
  }

  /**
   * For a table without a key: replaces the secondary's rows of a closed range of the time column
   * by the primary's.
   *
   * @param from lower bound; null together with {@code to} means the whole table
   */
  public CopyResult replaceRange(TablePair table, @Nullable String from, @Nullable String to)
      throws SQLException {
    return new RangeReplacement(table).run(primary, secondary, context.primary(), from, to);
  }

  private record Changes(List<Row> upserts, List<RowKey> deletes, Set<RowKey> left) {}

  private Changes changes(TablePair table, Collection<RowKey> keys) throws SQLException {
    List<RowKey> wanted = List.copyOf(new LinkedHashSet<>(keys));
    if (wanted.isEmpty()) {
      return new Changes(List.of(), List.of(), Set.of());
    }
    RowTransfer.Found found = transfer(table).read(primary, context.primary(), wanted);
    Set<RowKey> there = new HashSet<>();
    found.keyIndex().forEach(i -> there.add(wanted.get(i)));
    List<RowKey> others = new ArrayList<>(wanted);
    others.removeAll(there);
    return found.complete()
        ? new Changes(found.rows(), others, Set.of())
        : new Changes(found.rows(), List.of(), new LinkedHashSet<>(others));
  }

  RowTransfer transfer(TablePair table) {
    return transfers.computeIfAbsent(table, t -> new RowTransfer(t, context.primary()));
  }

  /**
   * The next keys of a table in one side's own order, after a given one; for walking a whole table
   * in steps.
   */
  public List<RowKey> nextKeys(TablePair table, Side side, Optional<RowKey> after, int limit)
      throws SQLException {
    Connection connection = side == context.primary() ? primary : secondary;
    return transfer(table).nextKeys(connection, side, after.orElse(null), limit);
  }

  /**
   * Commits the secondary and gives up the locks. An exception leaves the outcome unknown: copy
   * again.
   */
  public void commit() throws SQLException {
    secondary.commit();
    committed = true;
  }

  /** Gives everything back; without a {@link #commit()} before, nothing is kept. */
  @Override
  public void close() {
    if (committed) {
      restore(secondary);
    } else {
      release(secondary);
    }
    if (closesPrimary) {
      release(primary);
    }
  }

  /** Closes the connection to the secondary from another thread, without waiting for the server. */
  public void abort() {
    try {
      secondary.abort(Runnable::run);
    } catch (SQLException e) {
      LOG.debug("Cutting off a connection to the secondary failed: {}", Failures.describe(e));
    }
  }

  private static void release(@Nullable Connection connection) {
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

  private static void restore(Connection connection) {
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
