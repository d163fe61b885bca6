package io.dualwrite.jdbc.copy;

import static java.util.Objects.requireNonNull;

import io.dualwrite.Side;
import io.dualwrite.jdbc.journal.Journal;
import io.dualwrite.jdbc.pipeline.Pipeline;
import io.dualwrite.jdbc.schema.Lane;
import io.dualwrite.jdbc.schema.Slices;
import io.dualwrite.jdbc.schema.TablePair;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
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
  private static final String NOTHING_PREPARED = "nothing is prepared";

  private final CopyContext context;
  private final Lane lane;
  private final Connection primary;
  private final Connection secondary;
  private final Map<TablePair, RowTransfer> transfers = new HashMap<>();
  private final boolean closesPrimary;
  private final boolean preparable;

  /** What is still to be sent to the primary before anything is read; sent with the first read. */
  private List<String> opening;

  private @Nullable SliceShare share;
  private boolean committed;
  private boolean deletedInVain;

  /** Tables of which the primary's snapshot has not shown all rows that were asked for. */
  private final Set<TablePair> incomplete = new HashSet<>();

  private @Nullable PreparedTransaction prepared;

  LockedCopy(
      CopyContext context,
      Lane lane,
      Connection primary,
      List<String> opening,
      Connection secondary,
      boolean closesPrimary,
      boolean preparable) {
    this.preparable = preparable;
    this.lane = lane;
    this.closesPrimary = closesPrimary;
    this.context = context;
    this.primary = primary;
    this.opening = opening;
    this.secondary = secondary;
  }

  /** Waits for the lane's locks (at most {@link CopyContext#lockWait()}, then SQLState 55P03). */
  public static LockedCopy begin(CopyContext context, Lane lane) throws SQLException {
    return new CopyOpening(context, lane).locking("pg_advisory_xact_lock").orElseThrow();
  }

  /** Takes the lane's locks if nobody has any of them. */
  public static Optional<LockedCopy> tryBegin(CopyContext context, Lane lane) throws SQLException {
    return new CopyOpening(context, lane).locking("pg_try_advisory_xact_lock");
  }

  /**
   * Takes those of these slices of a table that nobody delivers, if nobody has the table's lock
   * exclusively. Whoever treats the table as a whole takes that, and waits.
   *
   * @throws UnfitForSlicesException if the table cannot be delivered in slices
   */
  public static Optional<LockedCopy> trySlices(
      CopyContext context, Lane lane, Slices slices, Collection<Integer> wanted)
      throws SQLException {
    Set<Integer> granted = new HashSet<>();
    return new CopyOpening(context, lane)
        .open(
            secondary -> granted.addAll(Transactions.trySlices(secondary, context, slices, wanted)))
        .map(copy -> copy.sharing(new SliceShare(slices, granted)));
  }

  private LockedCopy sharing(SliceShare granted) {
    share = granted;
    beforeSnapshot(granted.keepDefinition(context.primary()));
    return this;
  }

  /** The slices that this holds; empty: it holds whole tables. */
  public Set<Integer> granted() {
    return share == null ? Set.of() : share.granted();
  }

  /**
   * Whether rows of all these keys may be written: they are of slices that this holds. Every row
   * may where it holds whole tables.
   */
  public boolean holds(Collection<RowKey> keys) {
    return share == null || share.holds(keys);
  }

  /** The same with the rows whose keys are the whole numbers of a range. */
  public boolean holds(KeyRange range) {
    return share == null || share.holds(range);
  }

  /** The last look at rows before they are written: by the keys that they have by now. */
  void requireHeld(TablePair table, List<Row> rows) throws UnfitForSlicesException {
    if (share != null && !share.holds(rows.stream().map(transfer(table)::keyOf).toList())) {
      throw new UnfitForSlicesException("rows of " + table.name() + " are of other slices");
    }
  }

  private void requireWhole() {
    if (share != null) {
      throw new IllegalStateException("only slices of " + lane.name() + " are locked");
    }
  }

  /**
   * For a transaction of the application itself (STRICT): what is read from the primary is read
   * through its own connection and so includes what it has not committed yet. Shared locks let
   * several such transactions write the secondary at once: the primary's row locks keep them apart.
   * Rows that the transaction has not changed itself may be copied only under exclusive locks.
   *
   * @param writes the tables of which rows are written. Of these all slices are locked as well,
   *     whatever is known of the tables here: others may know that they can be delivered in slices
   * @param own the application's connection, in its transaction; its settings are pinned until the
   *     transaction ends. Closing this leaves it alone.
   */
  public static LockedCopy beginWithin(
      CopyContext context,
      Lane lane,
      Collection<TablePair> writes,
      Connection own,
      boolean exclusive)
      throws SQLException {
    return new CopyOpening(context, lane).within(writes, own, exclusive);
  }

  /** Goes on in transactions that a {@link StagedCopy} began, now that the locks are granted. */
  static LockedCopy after(
      CopyContext context, Lane lane, Connection primary, Connection secondary) {
    return new LockedCopy(
        context, lane, primary, Transactions.snapshot(context), secondary, true, false);
  }

  /**
   * Has the table keep its rows while the primary is read: {@code TRUNCATE} empties it for
   * snapshots that were there before as well, which do not show its journal entry. Before the first
   * read; whoever truncates waits.
   */
  public void keepRows(TablePair table) {
    beforeSnapshot(
        "LOCK TABLE " + table.on(context.primary()).name().sql() + " IN ACCESS SHARE MODE");
  }

  /** A lock takes no snapshot, the settings that follow do. */
  private void beforeSnapshot(String lock) {
    List<String> first = new ArrayList<>(opening);
    first.add(Math.min(1, first.size()), lock);
    opening = List.copyOf(first);
  }

  /** The primary's connection, in the snapshot. Only for reading. */
  public Connection primary() throws SQLException {
    reading().send();
    return primary;
  }

  /** Statements to be sent to the primary, to read in the snapshot. */
  public Pipeline reading() {
    Pipeline pipeline = new Pipeline(primary);
    opening.forEach(pipeline::add);
    if (share != null && !opening.isEmpty()) {
      share.look(pipeline, context.primary());
    }
    opening = List.of();
    return pipeline;
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
                primary(),
                context.primary(),
                journal.sql(),
                journal.setAsideEntries().sql(),
                List.copyOf(keys));
  }

  /** The primary's rows of these keys; those that are not there are left out. */
  public Map<RowKey, Row> readPrimary(TablePair table, Collection<RowKey> keys)
      throws SQLException {
    Map<RowKey, Row> rows = transfer(table).rows(primary(), context.primary(), keys);
    if (!rows.keySet().containsAll(keys)) {
      noteIncomplete(table);
    }
    return rows;
  }

  /** The secondary's rows of these keys; those that are not there are left out. */
  public Map<RowKey, Row> readSecondary(TablePair table, Collection<RowKey> keys)
      throws SQLException {
    return transfer(table).rows(secondary, context.secondary(), keys);
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
    return copy(table, keys, deleteMissing, DeletesAlong.ALL);
  }

  /** The same; a delete that takes rows along from other tables than those fails too. */
  public CopyResult copy(
      TablePair table, Collection<RowKey> keys, boolean deleteMissing, DeletesAlong along)
      throws SQLException {
    requireWhole();
    RowChanges changes =
        requireNonNull(RowChanges.read(this, context.primary(), Map.of(table, keys)).get(table));
    if (deleteMissing) {
      Cascades cascades = new Cascades(this, context.secondary(), lane, along);
      Cascades.refuse(table, cascades.survivors(table, changes.deletes()));
    }
    int deleted =
        deleteMissing
            ? transfer(table).delete(secondary, context.secondary(), changes.deletes())
            : 0;
    transfer(table).upsert(secondary, context.secondary(), changes.upserts());
    return new CopyResult(changes.upserts().size(), 0, deleted, changes.left());
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
    return copyAll(lane, keys, Map.of());
  }

  /**
   * The same, and rows that the secondary has not as well. If it has any of them, all fails with
   * 23505.
   *
   * @param news by table
   */
  public Map<TablePair, CopyResult> copyAll(
      Lane lane, Map<TablePair, ? extends Collection<RowKey>> keys, Map<TablePair, NewRows> news)
      throws SQLException {
    return new JointCopy(this, context, lane).run(keys, news);
  }

  /** Whether {@link NewRows} of that table can be copied. */
  public boolean streams(TablePair table) throws SQLException {
    return RowStream.of(table, context.primary()).isPresent()
        && RowStream.suits(primary, secondary);
  }

  RowStream stream(TablePair table) {
    return RowStream.of(table, context.primary()).orElseThrow();
  }

  /**
   * Those of the ranges of a table's whole-number key in which the secondary has no row, so that
   * {@link #copyAll} can send the primary's as they come. None where that cannot be done.
   */
  public Set<KeyRange> vacant(TablePair table, List<KeyRange> ranges) throws SQLException {
    return ranges.isEmpty() || !streams(table) || !stream(table).hasRanges()
        ? Set.of()
        : stream(table).vacant(secondary, ranges);
  }

  /**
   * The keys of all rows, by table, that rows of these keys refer to and that the secondary lacks;
   * their own parents included.
   */
  public Map<TablePair, Set<RowKey>> missingParents(
      Lane lane, Map<TablePair, ? extends Collection<RowKey>> keys) throws SQLException {
    return new MissingParents(this, context.secondary(), lane).of(keys);
  }

  /** The rows of the secondary's tables of this lane that refer to these. */
  public List<Referring> referring(Lane lane, TablePair table, Collection<RowKey> keys)
      throws SQLException {
    return Referring.to(this, context.secondary(), lane, table, List.copyOf(keys));
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
    return settle(lane, keys, true, DeletesAlong.ALL).refused();
  }

  /**
   * The same, and what it did.
   *
   * @param deletes whether rows asked for that the primary has not are deleted from the secondary
   * @param along from where those that stand in the way of others are
   */
  public Settled settle(
      Lane lane,
      Map<TablePair, ? extends Collection<RowKey>> keys,
      boolean deletes,
      DeletesAlong along)
      throws SQLException {
    requireWhole();
    return new Settlement(this, context, lane, deletes, along).run(keys);
  }

  /**
   * For a table without a key: replaces the secondary's rows of a closed range of the time column
   * by the primary's.
   *
   * @param from lower bound; null together with {@code to} means the whole table
   */
  public CopyResult replaceRange(TablePair table, @Nullable String from, @Nullable String to)
      throws SQLException {
    requireWhole();
    noteIncomplete(table);
    return new RangeReplacement(table).run(primary(), secondary, context.primary(), from, to);
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
    Connection connection = side == context.primary() ? primary() : secondary;
    List<RowKey> next = transfer(table).nextKeys(connection, side, after.orElse(null), limit);
    if (side == context.primary() && next.size() < limit) {
      noteIncomplete(table);
    }
    return next;
  }

  /**
   * Commits the secondary and gives up the locks. An exception leaves the outcome unknown: copy
   * again.
   *
   * @throws ChangedTableException if a table was rewritten meanwhile, so that rows seemed to be
   *     gone; nothing was committed
   */
  public void commit() throws SQLException {
    RewrittenTables.check(primary, context.primary(), incomplete);
    secondary.commit();
    committed = true;
  }

  /** Whether the secondary, as it runs now, prepares transactions. */
  public boolean preparable() {
    return preparable;
  }

  /**
   * Whether a row to be deleted was not to be seen on the secondary. Under shared locks another
   * transaction's insert of it, which the primary has committed, may still be uncommitted there:
   * the entry must stay, for delivery under the exclusive lock.
   */
  public boolean deletedInVain() {
    return deletedInVain;
  }

  /** Rows of the table that were asked for were not there, or need not all have been shown. */
  void noteIncomplete(TablePair table) {
    incomplete.add(table);
  }

  void noteVainDelete() {
    deletedInVain = true;
  }

  /**
   * Prepares the secondary's transaction, which keeps its writes and locks from now on whatever
   * becomes of this connection. An exception leaves open whether it is prepared.
   *
   * @param id what names it, free of quotes
   */
  public void prepare(String id) throws SQLException {
    prepared = PreparedTransaction.prepare(secondary, id);
  }

  /** Commits what was prepared. An exception (42704 too) leaves open what has become of it. */
  public void commitPrepared() throws SQLException {
    requireNonNull(prepared, NOTHING_PREPARED).commit(secondary);
  }

  /** Rolls back what was prepared. */
  public void rollbackPrepared() throws SQLException {
    requireNonNull(prepared, NOTHING_PREPARED).rollback(secondary);
  }

  /**
   * Ends the snapshot and then sends these changes to the primary, in one message and a transaction
   * of their own. Only after {@link #commit()} has returned. The primary's disk is not waited for:
   * what a crash brings back is copied once more.
   */
  public void end(Consumer<Pipeline> changes) throws SQLException {
    Pipeline last =
        new Pipeline(primary)
            .add("COMMIT")
            .add("SELECT pg_catalog.set_config('synchronous_commit', 'off', true)");
    changes.accept(last);
    last.send();
  }

  /** Ends the snapshot; the primary's connection may then be used for a transaction of its own. */
  public Connection end() throws SQLException {
    new Pipeline(primary).add("COMMIT").send();
    return primary;
  }

  /**
   * Gives everything back; without a {@link #commit()} or {@link #prepare} before, nothing is kept.
   */
  @Override
  public void close() {
    if (committed || prepared != null) {
      Transactions.restore(secondary);
    } else {
      Transactions.release(secondary);
    }
    if (closesPrimary) {
      Transactions.release(primary);
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
}
