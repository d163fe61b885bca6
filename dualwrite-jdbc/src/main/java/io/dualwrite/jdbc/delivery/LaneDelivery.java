package io.dualwrite.jdbc.delivery;

import io.dualwrite.DualWriteMetrics;
import io.dualwrite.jdbc.copy.CopyContext;
import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.jdbc.copy.LockedCopy;
import io.dualwrite.jdbc.copy.RefusedRow;
import io.dualwrite.jdbc.copy.RowKey;
import io.dualwrite.jdbc.delivery.RememberedRows.Remembered;
import io.dualwrite.jdbc.journal.Journal;
import io.dualwrite.jdbc.journal.JournalEntry;
import io.dualwrite.jdbc.journal.JournalSnapshot;
import io.dualwrite.jdbc.journal.ReadFrom;
import io.dualwrite.jdbc.journal.ReadLimit;
import io.dualwrite.jdbc.schema.Lane;
import io.dualwrite.jdbc.schema.Slices;
import io.dualwrite.jdbc.schema.TablePair;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One lane's rounds: lock on the secondary, read journal and rows from the primary, write, commit,
 * delete the entries read. Called by one thread at a time; another instance's rounds are kept apart
 * by the lock.
 *
 * <p>A crash loses nothing at any point: before the secondary's commit nothing has happened; after
 * it the entries are still there and the same state is copied once more.
 */
final class LaneDelivery {
  private static final int CAREFUL_BATCH = 500;

  /** Rows that runs of keys may name in one round, to entries: they cost less each. */
  private static final int RUN_ROWS_PER_ENTRY = 5;

  private static final String FOREIGN_KEY = "23503";
  private static final String LOCK_NOT_AVAILABLE = "55P03";

  private final Lane lane;
  private final CopyContext context;
  private final Journal journal;
  private final DeliverySettings settings;
  private final DualWriteMetrics metrics;
  private final DeliveryProbe probe;
  private final BooleanSupplier running;
  private final Map<String, TablePair> tables = new HashMap<>();
  private final Map<String, Integer> keyIds = new HashMap<>();

  private final ReadPosition position = new ReadPosition();
  private final HeldTables held;
  private final Walks walks;
  private final Clearing clearing;
  private final RememberedRows remembered;
  private final Streaming streaming = new Streaming();
  private final RoundCopy copies;
  private final @Nullable SlicedDelivery sliced;
  private final BatchSize batch;

  private volatile @Nullable LockedCopy underWay;

  /** Held by a round, so that nobody else takes what is its own. */
  private final ReentrantLock atWork = new ReentrantLock();

  /** Whether a round or a walk has rows in hand that only memory names. */
  private volatile boolean inHand;

  /** Who remembers rows instead of this lane, once it is replaced. */
  private volatile @Nullable Consumer<Collection<Remembered>> heir;

  /** Whether the round took as many entries as it might. */
  private boolean full;

  private boolean careful;

  /** Whether rows to be written are likely to refer to rows that the secondary lacks. */
  private boolean pulling;

  private Instant setAsideLookedAt = Instant.EPOCH;

  LaneDelivery(
      Lane lane,
      CopyContext context,
      DeliverySettings settings,
      DualWriteMetrics metrics,
      DeliveryProbe probe,
      BooleanSupplier running,
      int memory) {
    this.lane = lane;
    this.context = context;
    this.journal = context.journal();
    this.settings = settings;
    this.metrics = metrics;
    this.probe = probe;
    this.running = running;
    for (TablePair table : lane.tables()) {
      String name = table.name().toString();
      tables.put(name, table);
      keyIds.put(name, table.keyId());
    }
    this.held =
        new HeldTables(
            context.migration(), context.secondary(), settings.longestBackOff(), metrics);
    this.walks = new Walks(tables, keyIds, journal, context.secondary(), position, held);
    this.clearing = new Clearing(context, held, metrics, keyIds);
    this.remembered = new RememberedRows(memory, metrics);
    this.batch = new BatchSize(settings.batch());
    this.copies = new RoundCopy(lane, streaming, running);
    this.sliced =
        settings.workers() == 1
            ? null
            : Slices.of(lane, context.primary()).map(this::sliced).orElse(null);
  }

  private SlicedDelivery sliced(Slices slices) {
    return new SlicedDelivery(
        context,
        settings,
        group ->
            new SliceGroup(
                group, slices, lane, context, settings, metrics, probe, running, streaming,
                clearing));
  }

  Lane lane() {
    return lane;
  }

  Set<String> tables() {
    return tables.keySet();
  }

  /**
   * Cuts off a round that is under way: its connection to the secondary is closed, without waiting
   * for the server.
   */
  void cutOff() {
    LockedCopy copy = underWay;
    if (copy != null) {
      copy.abort();
    }
    if (sliced != null) {
      sliced.cutOff();
    }
  }

  /**
   * Delivers slices of the lane's table by several connections at once, for a while, if rounds over
   * the whole table leave much, or another instance delivers slices.
   *
   * @param others runs the other threads
   * @param goesOn whether it may go on
   * @param join whether another instance holds the lane
   */
  void slices(Executor others, BooleanSupplier goesOn, boolean join) {
    if (sliced != null && (join ? !sliced.isPaused() : sliced.isDue())) {
      sliced.run(others, goesOn, position);
    }
  }

  /** How many rows were delivered in slices. */
  long rowsInSlices() {
    return sliced == null ? 0 : sliced.delivered();
  }

  /** The migration's name. */
  String migration() {
    return context.migration();
  }

  /** Counts a round that failed, for each of the tables whose entries wait. */
  void failed(SQLException failure) {
    tables.keySet().forEach(table -> metrics.secondaryFailure(table, Failures.reason(failure)));
  }

  /** Takes rows that only memory names. */
  void remember(Collection<Remembered> rows) {
    remembered.add(rows);
    passOn();
  }

  /** Whether rows wait that only memory names, or are under way. */
  boolean remembers() {
    return inHand || !remembered.isEmpty();
  }

  /**
   * Hands over the rows that only memory names, to be remembered by another: now, and those that a
   * round that is under way gives back.
   */
  void replaced(Consumer<Collection<Remembered>> by) {
    heir = by;
    passOn();
  }

  private void passOn() {
    Consumer<Collection<Remembered>> by = heir;
    if (by == null) {
      return;
    }
    by.accept(remembered.take(Integer.MAX_VALUE));
    // Who is at work does the same at the end.
    if (atWork.tryLock()) {
      List<Remembered> walked;
      try {
        walked = walks.forget();
        inHand = false;
      } finally {
        atWork.unlock();
      }
      by.accept(walked);
    }
  }

  /**
   * One round.
   *
   * @param wait whether to wait for the lane's lock when another instance holds it
   * @throws SQLException if the secondary or the primary failed; nothing is lost, try again later
   */
  RoundResult round(boolean wait) throws SQLException {
    atWork.lock();
    try {
      return aloneAtWork(wait);
    } finally {
      atWork.unlock();
      passOn();
    }
  }

  private RoundResult aloneAtWork(boolean wait) throws SQLException {
    held.letGo();
    // First: rows are never neither there nor in hand.
    inHand = true;
    List<Remembered> fromMemory = remembered.take(batch.entries(), held::holds);
    boolean done = false;
    full = false;
    try {
      RoundResult result = lockedRound(wait, fromMemory);
      done = result.kind() == RoundResult.Kind.DRAINED || result.kind() == RoundResult.Kind.MORE;
      if (done) {
        batch.done(full);
      }
      return result;
    } catch (SQLException e) {
      position.beginAnew();
      if (Failures.isTimeout(e)) {
        batch.tookTooLong();
      }
      if (copies.repeats()) {
        return new RoundResult(RoundResult.Kind.MORE, 0);
      }
      if (!careful && Failures.refusesRow(e)) {
        careful = pulling || !FOREIGN_KEY.equals(e.getSQLState());
        pulling = !careful;
        return new RoundResult(RoundResult.Kind.MORE, 0);
      }
      if (!careful && Failures.refusesTable(e)) {
        careful = true;
        return new RoundResult(RoundResult.Kind.MORE, 0);
      }
      throw e;
    } finally {
      if (!done) {
        remembered.add(fromMemory);
      }
      inHand = walks.remember();
    }
  }

  private RoundResult lockedRound(boolean wait, List<Remembered> fromMemory) throws SQLException {
    Round round;
    int rows;
    boolean again;
    try (LockedCopy copy = wait ? queue() : LockedCopy.tryBegin(context, lane).orElse(null)) {
      if (copy == null) {
        return RoundResult.BUSY;
      }
      underWay = copy;
      batch.begin();
      probe.reached(DeliveryProbe.Point.LOCKED);
      round = read(copy, wait, fromMemory);
      if (round.isEmpty() && walks.going().isEmpty()) {
        careful = false;
        held.tried();
        again = position.done(round.tables, round.found, round.limit, round.entries, Set.of());
        return new RoundResult(
            again || round.isCut() ? RoundResult.Kind.MORE : RoundResult.Kind.DRAINED, 0);
      }
      write(copy, round);
      probe.reached(DeliveryProbe.Point.WRITTEN);
      if (!running.getAsBoolean()) {
        return RoundResult.STOPPED;
      }
      copy.commit();
      underWay = null;
      probe.reached(DeliveryProbe.Point.SECONDARY_COMMITTED);
      advance(round);
      rows = RoundCopy.count(round, metrics);
      full = isFull(round);
      Set<String> kept = clearing.run(copy, round);
      remembered.add(waiting(round, fromMemory));
      remembered.add(round.left);
      again = position.done(round.tables, round.found, round.limit, round.entries, kept);
    } finally {
      underWay = null;
    }
    probe.reached(DeliveryProbe.Point.CLEARED);
    boolean more =
        careful
            || again
            || !walks.going().isEmpty()
            || !round.steps.isEmpty()
            || remembered.anyBut(held::holds)
            || round.isCut()
            || full;
    if (sliced != null) {
      sliced.wholeRound((full || round.isCut()) && !careful && !pulling && walks.going().isEmpty());
    }
    careful = false;
    held.tried();
    return new RoundResult(more ? RoundResult.Kind.MORE : RoundResult.Kind.DRAINED, rows);
  }

  /** Rows that only memory names and that wait because their table is refused. */
  private List<Remembered> waiting(Round round, List<Remembered> fromMemory) {
    if (fromMemory.isEmpty() || round.refused.isEmpty()) {
      return List.of();
    }
    Set<Remembered> refused = new HashSet<>();
    for (RefusedRow row : round.refused) {
      if (Failures.refusesTable(row.cause())) {
        String table = row.table().name().toString();
        held.hold(table, row.cause());
        refused.add(new Remembered(table, row.table().keyId(), row.key()));
      }
    }
    return fromMemory.stream().filter(refused::contains).toList();
  }

  /** The lane once its locks are granted; null when that took too long. */
  private @Nullable LockedCopy queue() throws SQLException {
    try {
      return LockedCopy.begin(context, lane);
    } catch (SQLException e) {
      if (LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
        return null;
      }
      throw e;
    }
  }

  private Round read(LockedCopy copy, boolean wait, List<Remembered> fromMemory)
      throws SQLException {
    position.beginRound();
    List<String> deliverable = tables.keySet().stream().filter(t -> !held.holds(t)).toList();
    int limit = careful ? Math.min(CAREFUL_BATCH, batch.entries()) : batch.entries();
    Map<String, ReadFrom> from =
        deliverable.stream().collect(Collectors.toMap(Function.identity(), position::ask));
    ReadLimit readLimit = ReadLimit.of(limit, from.values());
    JournalSnapshot found = journal.read(copy.reading(), from, readLimit);
    List<JournalEntry> retried = List.of();
    if (careful || Duration.between(setAsideLookedAt, Instant.now()).toMillis() > 1000) {
      retried = journal.setAsideEntries().due(copy.primary(), deliverable, CAREFUL_BATCH);
      setAsideLookedAt = Instant.now();
    }
    Portion portion = new Portion(tables, keyIds);
    if (!careful && !pulling && retried.isEmpty()) {
      portion.stream(copy, found.entries(), streaming);
    }
    List<JournalEntry> entries =
        portion.first(found.entries(), careful ? limit : RUN_ROWS_PER_ENTRY * limit);
    Round round = new Round(deliverable, found, readLimit, entries, retried);
    round.sort(tables, keyIds, fromMemory, journal.keys(copy.primary(), entries), portion::streams);
    round.trials = portion.trials();
    walks.begin(copy, round, limit);
    return round;
  }

  private void write(LockedCopy copy, Round round) throws SQLException {
    Replacements replacements = new Replacements(copy, round, tables, held);
    replacements.run(careful);
    walks.step(copy, round, careful);
    if (careful || !round.retried.isEmpty()) {
      round.refused = copy.settle(lane, round.rows);
    } else if (pulling) {
      Map<TablePair, Set<RowKey>> parents = copy.missingParents(lane, round.rows);
      parents.forEach((table, more) -> round.rowsOf(table).addAll(more));
      copies.run(copy, round);
      pulling = !parents.isEmpty();
    } else {
      copies.run(copy, round);
    }
    replacements.again();
  }

  private void advance(Round round) {
    Map<TablePair, SQLException> refusing = new HashMap<>();
    round.refused.stream()
        .filter(r -> Failures.refusesTable(r.cause()))
        .forEach(r -> refusing.put(r.table(), r.cause()));
    round.steps.forEach(
        (walk, step) -> {
          SQLException refusal = refusing.get(walk.table());
          if (refusal == null) {
            walks.advance(round, walk, step);
          } else {
            held.hold(walk.table().name().toString(), refusal);
          }
        });
  }

  private boolean isFull(Round round) {
    return round.reachesLimit() || !RoundCopy.left(round.copied).isEmpty();
  }

  /**
   * Tables whose entries wait because the secondary's table or a privilege on it is not as it
   * should be; from any thread.
   */
  Set<String> heldTables() {
    return held.names();
  }

  /** How many rows were sent as they came, without being named one by one. */
  long rowsStreamed() {
    return streaming.sent();
  }

  /** How many walks over whole tables have begun. */
  int walksBegun() {
    return walks.begun();
  }
}
