package io.dualwrite.jdbc.delivery;

import io.dualwrite.DualWriteMetrics;
import io.dualwrite.jdbc.copy.CopyContext;
import io.dualwrite.jdbc.copy.CopyResult;
import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.jdbc.copy.LockedCopy;
import io.dualwrite.jdbc.copy.RefusedRow;
import io.dualwrite.jdbc.copy.RowKey;
import io.dualwrite.jdbc.journal.Journal;
import io.dualwrite.jdbc.journal.JournalEntry;
import io.dualwrite.jdbc.schema.Lane;
import io.dualwrite.jdbc.schema.TablePair;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One lane's rounds: lock on the secondary, read journal and rows from the primary, write, commit,
 * delete the entries read. Called by one thread at a time; another instance's rounds are kept apart
 * by the lock.
 *
 * <p>A crash loses nothing at any point: before the secondary's commit nothing has happened; after
 * it the entries are still there and the same state is copied once more.
 */
final class LaneDelivery {
  private static final Logger LOG = LoggerFactory.getLogger(LaneDelivery.class);
  private static final int STEP = 500;
  private static final Duration SAY_AGAIN = Duration.ofMinutes(1);
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

  private final ReadPosition position = new ReadPosition();
  private final Map<Long, TableWalk> walks = new LinkedHashMap<>();
  private final Map<String, Instant> onHold = new HashMap<>();
  private final Map<String, Instant> said = new HashMap<>();

  /** Rows of BEST_EFFORT tables, named by memory alone. */
  private final ArrayBlockingQueue<Remembered> remembered;

  private volatile @Nullable LockedCopy underWay;
  private boolean careful;

  /** Whether rows to be written are likely to refer to rows that the secondary lacks. */
  private boolean pulling;

  private Instant setAsideLookedAt = Instant.EPOCH;

  private record Remembered(TablePair table, RowKey key) {}

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
    this.remembered = new ArrayBlockingQueue<>(memory);
    lane.tables().forEach(t -> tables.put(t.name().toString(), t));
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
  }

  /** Takes rows that only memory names; false, counted, when there is no more room. */
  boolean remember(TablePair table, Collection<RowKey> keys) {
    boolean all = true;
    for (RowKey key : keys) {
      if (!remembered.offer(new Remembered(table, key))) {
        metrics.secondaryFailure(table.name().toString(), "queue-full");
        all = false;
      }
    }
    return all;
  }

  /** Whether rows wait that only memory names. */
  boolean remembers() {
    return !remembered.isEmpty();
  }

  /** Hands over the rows that only memory names, to be remembered by another. */
  Map<String, List<RowKey>> forget() {
    List<Remembered> all = new ArrayList<>();
    remembered.drainTo(all);
    Map<String, List<RowKey>> byTable = new LinkedHashMap<>();
    all.forEach(
        r ->
            byTable
                .computeIfAbsent(r.table().name().toString(), t -> new ArrayList<>())
                .add(r.key()));
    return byTable;
  }

  /**
   * One round.
   *
   * @param wait whether to wait for the lane's lock when another instance holds it
   * @throws SQLException if the secondary or the primary failed; nothing is lost, try again later
   */
  RoundResult round(boolean wait) throws SQLException {
    List<Remembered> fromMemory = new ArrayList<>();
    remembered.drainTo(fromMemory, settings.batch());
    boolean done = false;
    try {
      RoundResult result = lockedRound(wait, fromMemory);
      done = result.kind() == RoundResult.Kind.DRAINED || result.kind() == RoundResult.Kind.MORE;
      return result;
    } catch (SQLException e) {
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
        giveBack(fromMemory);
      }
    }
  }

  private void giveBack(List<Remembered> keys) {
    for (Remembered key : keys) {
      if (!remembered.offer(key)) {
        metrics.secondaryFailure(key.table().name().toString(), "queue-full");
      }
    }
  }

  private RoundResult lockedRound(boolean wait, List<Remembered> fromMemory) throws SQLException {
    List<JournalEntry> entries;
    List<JournalEntry> retried = List.of();
    List<RefusedRow> refused = List.of();
    Map<TablePair, Set<RowKey>> keys = new LinkedHashMap<>();
    Map<TableWalk, List<RowKey>> steps = new LinkedHashMap<>();
    Map<TablePair, CopyResult> copied = Map.of();
    List<JournalEntry> replaced = new ArrayList<>();
    try (LockedCopy copy = wait ? queue() : LockedCopy.tryBegin(context, lane).orElse(null)) {
      if (copy == null) {
        return RoundResult.BUSY;
      }
      underWay = copy;
      probe.reached(DeliveryProbe.Point.LOCKED);
      int limit = careful ? STEP : settings.batch();
      entries = journal.read(copy.reading(), deliverable(), position.next(wait || careful), limit);
      if (careful || Duration.between(setAsideLookedAt, Instant.now()).toMillis() > 1000) {
        retried = journal.dueSetAside(copy.primary(), deliverable(), STEP);
        setAsideLookedAt = Instant.now();
      }
      collect(entries, keys);
      collect(retried, keys);
      fromMemory.forEach(
          m -> keys.computeIfAbsent(m.table(), t -> new LinkedHashSet<>()).add(m.key()));
      entries.stream().filter(JournalEntry::isRange).forEach(this::startWalk);
      List<TableWalk> walking = walking();
      if (keys.isEmpty() && walking.isEmpty() && entries.isEmpty()) {
        careful = false;
        return new RoundResult(RoundResult.Kind.DRAINED, 0);
      }
      List<TableWalk> again = new ArrayList<>();
      for (TableWalk walk : walking) {
        if (walk.table().key().isEmpty()) {
          if (replaced(copy, walk, false)) {
            replaced.add(walk.entry());
          } else {
            again.add(walk);
          }
        } else {
          List<RowKey> step = walk.next(copy, STEP);
          steps.put(walk, step);
          keys.computeIfAbsent(walk.table(), t -> new LinkedHashSet<>()).addAll(step);
        }
      }
      if (careful || !retried.isEmpty()) {
        refused = copy.settle(lane, keys);
      } else if (pulling) {
        Map<TablePair, Set<RowKey>> parents = copy.missingParents(lane, keys);
        parents.forEach(
            (table, more) -> keys.computeIfAbsent(table, t -> new LinkedHashSet<>()).addAll(more));
        copied = copy.copyAll(lane, keys);
        pulling = !parents.isEmpty();
      } else {
        copied = copy.copyAll(lane, keys);
      }
      for (TableWalk walk : again) {
        if (replaced(copy, walk, true)) {
          replaced.add(walk.entry());
        }
      }
      probe.reached(DeliveryProbe.Point.WRITTEN);
      if (!running.getAsBoolean()) {
        return RoundResult.STOPPED;
      }
      copy.commit();
    } finally {
      underWay = null;
    }
    probe.reached(DeliveryProbe.Point.SECONDARY_COMMITTED);
    List<JournalEntry> finished = new ArrayList<>(replaced);
    replaced.forEach(e -> walks.remove(e.id()));
    Map<TablePair, SQLException> refusing = new HashMap<>();
    refused.stream()
        .filter(r -> Failures.refusesTable(r.cause()))
        .forEach(r -> refusing.put(r.table(), r.cause()));
    steps.forEach(
        (walk, step) -> {
          SQLException refusal = refusing.get(walk.table());
          if (refusal == null) {
            advance(walk, step, finished);
          } else {
            hold(walk.table().name().toString(), refusal);
          }
        });
    position.delivered(entries);
    int rows = account(keys, entries, refused, copied);
    clear(entries, retried, finished, refused, copied);
    probe.reached(DeliveryProbe.Point.CLEARED);
    boolean full =
        careful || !walking().isEmpty() || !remembered.isEmpty() || isFull(entries, copied);
    careful = false;
    return new RoundResult(full ? RoundResult.Kind.MORE : RoundResult.Kind.DRAINED, rows);
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

  private void collect(List<JournalEntry> entries, Map<TablePair, Set<RowKey>> keys) {
    for (JournalEntry entry : entries) {
      if (entry.key() != null) {
        keys.computeIfAbsent(table(entry), t -> new LinkedHashSet<>()).add(new RowKey(entry.key()));
      }
    }
  }

  private TablePair table(JournalEntry entry) {
    return java.util.Objects.requireNonNull(tables.get(entry.table()));
  }

  private void startWalk(JournalEntry entry) {
    walks.computeIfAbsent(
        entry.id(), id -> new TableWalk(entry, table(entry), context.secondary()));
  }

  /** The walks of tables that can be written. */
  private List<TableWalk> walking() {
    return walks.values().stream()
        .filter(walk -> !onHold.containsKey(walk.table().name().toString()))
        .toList();
  }

  /**
   * Replaces a range of a table without a key. What is refused in a careful round, for want of a
   * parent perhaps, is tried again behind the other rows, and then waits for a later round.
   */
  private boolean replaced(LockedCopy copy, TableWalk walk, boolean last) throws SQLException {
    JournalEntry range = walk.entry();
    if (!careful) {
      copy.replaceRange(walk.table(), range.rangeFrom(), range.rangeTo());
      return true;
    }
    Savepoint before = copy.secondary().setSavepoint();
    try (Statement statement = copy.secondary().createStatement()) {
      statement.execute("SET CONSTRAINTS ALL IMMEDIATE");
      copy.replaceRange(walk.table(), range.rangeFrom(), range.rangeTo());
      return true;
    } catch (SQLException e) {
      if (!Failures.refusesRow(e) && !Failures.refusesTable(e)) {
        throw e;
      }
      copy.secondary().rollback(before);
      if (last) {
        hold(range.table(), e);
      }
      return false;
    }
  }

  private void advance(TableWalk walk, List<RowKey> step, List<JournalEntry> finished) {
    if (walk.advance(step)) {
      walks.remove(walk.entry().id());
      finished.add(walk.entry());
    }
  }

  private List<String> deliverable() {
    Instant now = Instant.now();
    onHold.values().removeIf(until -> until.isBefore(now));
    return tables.keySet().stream().filter(t -> !onHold.containsKey(t)).toList();
  }

  private boolean isFull(List<JournalEntry> entries, Map<TablePair, CopyResult> copied) {
    Map<String, Integer> perTable = new HashMap<>();
    entries.forEach(e -> perTable.merge(e.table(), 1, Integer::sum));
    return perTable.values().stream().anyMatch(n -> n >= settings.batch())
        || copied.values().stream().anyMatch(r -> !r.left().isEmpty());
  }

  private int account(
      Map<TablePair, Set<RowKey>> keys,
      List<JournalEntry> entries,
      List<RefusedRow> refused,
      Map<TablePair, CopyResult> copied) {
    int rows = 0;
    for (Map.Entry<TablePair, Set<RowKey>> each : keys.entrySet()) {
      long lost = refused.stream().filter(r -> r.table().equals(each.getKey())).count();
      CopyResult result = copied.get(each.getKey());
      int delivered =
          each.getValue().size() - (int) lost - (result == null ? 0 : result.left().size());
      metrics.delivered(each.getKey().name().toString(), delivered);
      rows += delivered;
    }
    Instant now = Instant.now();
    entries.forEach(e -> metrics.deliveryLag(Duration.between(e.at(), now)));
    return rows;
  }

  /**
   * Deletes the entries delivered; puts those that were refused aside, in one transaction of the
   * primary.
   */
  private void clear(
      List<JournalEntry> entries,
      List<JournalEntry> retried,
      List<JournalEntry> walked,
      List<RefusedRow> refused,
      Map<TablePair, CopyResult> copied)
      throws SQLException {
    Map<String, Map<RowKey, SQLException>> failures = new HashMap<>();
    refused.forEach(
        r ->
            failures
                .computeIfAbsent(r.table().name().toString(), t -> new HashMap<>())
                .put(r.key(), r.cause()));
    Map<String, Set<RowKey>> left = new HashMap<>();
    copied.forEach((t, r) -> left.put(t.name().toString(), r.left()));
    List<JournalEntry> delivered = new ArrayList<>(walked);
    Map<JournalEntry, SQLException> aside = new LinkedHashMap<>();
    for (JournalEntry entry : entries) {
      SQLException failure = failure(entry, failures);
      if (entry.isRange()
          || left.getOrDefault(entry.table(), Set.of()).contains(new RowKey(keyOf(entry)))) {
        continue;
      }
      if (failure == null) {
        delivered.add(entry);
      } else if (Failures.refusesTable(failure)) {
        hold(entry.table(), failure);
      } else {
        aside.put(entry, failure);
      }
    }
    for (RefusedRow row : refused) {
      JournalEntry unnamed =
          new JournalEntry(
              0, "", row.table().name().toString(), row.key().values(), null, null, Instant.now());
      boolean named =
          entries.stream()
                  .anyMatch(
                      e -> e.table().equals(unnamed.table()) && row.key().values().equals(e.key()))
              || retried.stream()
                  .anyMatch(
                      e -> e.table().equals(unnamed.table()) && row.key().values().equals(e.key()));
      if (!named && !Failures.refusesTable(row.cause())) {
        // Found on a walk over the whole table, or remembered: from here on an entry of its own
        // stands for it.
        aside.put(unnamed, row.cause());
      }
    }
    if (aside.isEmpty() && retried.isEmpty()) {
      journal.clear(context.primaryDatabase(), delivered);
      return;
    }
    List<JournalEntry> succeeded =
        retried.stream().filter(e -> failure(e, failures) == null).toList();
    aside.keySet().stream().filter(e -> e.id() != 0).forEach(delivered::add);
    try (Connection primary = context.primaryDatabase().getConnection()) {
      primary.setAutoCommit(false);
      try {
        for (Map.Entry<JournalEntry, SQLException> each : aside.entrySet()) {
          setAside(primary, each.getKey(), each.getValue());
        }
        for (JournalEntry entry : retried) {
          SQLException failure = failure(entry, failures);
          if (failure != null) {
            journal.triedAgain(primary, entry, failure.getSQLState(), Failures.describe(failure));
          }
        }
        journal.deleteSetAside(primary, succeeded);
        journal.delete(primary, delivered);
        primary.commit();
      } catch (SQLException e) {
        primary.rollback();
        throw e;
      } finally {
        primary.setAutoCommit(true);
      }
    }
  }

  private void setAside(Connection primary, JournalEntry entry, SQLException failure)
      throws SQLException {
    String reason = Failures.describe(failure);
    journal.setAside(primary, entry, failure.getSQLState(), reason, 1);
    metrics.secondaryFailure(entry.table(), "refused-" + failure.getSQLState());
    if (said(entry.table() + reason)) {
      LOG.warn(
          "delivery: rows of {} are set aside: {}. They are tried again by themselves; `reconciler status` lists them."
              + " (Said once a minute.)",
          entry.table(),
          reason);
    }
  }

  /** Whether it is to be said now: not again within a minute. */
  private boolean said(String what) {
    Instant now = Instant.now();
    said.values().removeIf(at -> at.plus(SAY_AGAIN).isBefore(now));
    return said.putIfAbsent(what, now) == null;
  }

  private void hold(String table, SQLException failure) {
    Instant until = Instant.now().plus(settings.longestBackOff());
    if (onHold.put(table, until) == null) {
      metrics.secondaryFailure(table, "table-refused");
    }
    if (said(table)) {
      LOG.error(
          "delivery: {} cannot be written on the {}: {}. Its entries wait.",
          table,
          context.secondary().label(),
          Failures.describe(failure));
    }
  }

  private static @Nullable SQLException failure(
      JournalEntry entry, Map<String, Map<RowKey, SQLException>> failures) {
    Map<RowKey, SQLException> ofTable = failures.get(entry.table());
    return ofTable == null || entry.key() == null ? null : ofTable.get(new RowKey(entry.key()));
  }

  private static List<String> keyOf(JournalEntry entry) {
    return Optional.ofNullable(entry.key()).orElse(List.of());
  }

  /**
   * Tables whose entries wait because the secondary's table or a privilege on it is not as it
   * should be.
   */
  Set<String> heldTables() {
    return new HashSet<>(onHold.keySet());
  }
}
