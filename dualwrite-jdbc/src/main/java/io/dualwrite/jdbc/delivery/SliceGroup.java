package io.dualwrite.jdbc.delivery;

import io.dualwrite.DualWriteMetrics;
import io.dualwrite.jdbc.copy.CopyContext;
import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.jdbc.copy.LockedCopy;
import io.dualwrite.jdbc.copy.RowKey;
import io.dualwrite.jdbc.journal.JournalEntry;
import io.dualwrite.jdbc.journal.JournalSnapshot;
import io.dualwrite.jdbc.journal.ReadFrom;
import io.dualwrite.jdbc.journal.ReadLimit;
import io.dualwrite.jdbc.journal.SliceFilter;
import io.dualwrite.jdbc.schema.Lane;
import io.dualwrite.jdbc.schema.Slices;
import io.dualwrite.jdbc.schema.TablePair;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * Some slices of a table that are delivered together: rounds like those of a whole lane, under the
 * slices' locks, of the entries that name rows of these slices and no others. Everything else stays
 * in the journal for rounds over the whole table, and so does what cannot be written the fast way.
 *
 * <p>Used by one thread at a time. A crash loses nothing at any point, as in a round over the whole
 * table.
 */
final class SliceGroup {
  private static final int RUN_ROWS_PER_ENTRY = 5;

  private final Set<Integer> group;
  private final Slices slices;
  private final Lane lane;
  private final CopyContext context;
  private final DualWriteMetrics metrics;
  private final DeliveryProbe probe;
  private final BooleanSupplier running;
  private final Streaming streaming;
  private final Clearing clearing;
  private final Map<String, TablePair> tables;
  private final Map<String, Integer> keyIds;
  private final String table;
  private final int keyId;
  private final BatchSize batch;
  private final RoundCopy copies;
  private ReadPosition position = new ReadPosition();

  SliceGroup(
      Set<Integer> group,
      Slices slices,
      Lane lane,
      CopyContext context,
      DeliverySettings settings,
      DualWriteMetrics metrics,
      DeliveryProbe probe,
      BooleanSupplier running,
      Streaming streaming,
      Clearing clearing) {
    this.group = Set.copyOf(group);
    this.slices = slices;
    this.lane = lane;
    this.context = context;
    this.metrics = metrics;
    this.probe = probe;
    this.running = running;
    this.streaming = streaming;
    this.clearing = clearing;
    this.table = slices.table().name().toString();
    this.keyId = slices.table().keyId();
    this.tables = Map.of(table, slices.table());
    this.keyIds = Map.of(table, keyId);
    this.batch = new BatchSize(settings.batch());
    this.copies = new RoundCopy(lane, streaming, running);
  }

  /** The journal is read from where rounds over the whole table have come to. */
  void begin(ReadPosition ofWhole) {
    position = new ReadPosition(ofWhole);
  }

  /**
   * One round.
   *
   * @param burst is joined once the locks are held
   * @throws SQLException if the locks could not be asked for; other failures end the burst
   */
  RoundResult round(SliceBurst burst) throws SQLException {
    try (LockedCopy copy = LockedCopy.trySlices(context, lane, slices, group).orElse(null)) {
      if (copy == null || !copy.granted().equals(group)) {
        return RoundResult.BUSY;
      }
      if (!burst.join(copy)) {
        return RoundResult.STOPPED;
      }
      try {
        RoundResult result = running.getAsBoolean() ? tried(copy) : RoundResult.STOPPED;
        burst.delivered(result.rows());
        return result;
      } catch (SQLException e) {
        return burst.failed(e);
      } finally {
        burst.leave(copy);
      }
    }
  }

  private RoundResult tried(LockedCopy copy) throws SQLException {
    long began = System.nanoTime();
    probe.reached(DeliveryProbe.Point.LOCKED);
    try {
      return deliver(copy, began);
    } catch (SQLException e) {
      position = new ReadPosition();
      if (Failures.isTimeout(e)) {
        batch.tookTooLong();
      }
      if (copies.repeats()) {
        return new RoundResult(RoundResult.Kind.MORE, 0);
      }
      throw e;
    }
  }

  private RoundResult deliver(LockedCopy copy, long began) throws SQLException {
    position.beginRound();
    ReadFrom from = position.ask(table);
    ReadLimit limit = ReadLimit.of(batch.entries(), List.of(from));
    JournalSnapshot found =
        context
            .journal()
            .read(
                copy.reading(),
                table,
                from,
                limit,
                new SliceFilter(slices.function(), keyId, group));
    List<JournalEntry> likely = found.entries().stream().filter(e -> isHeld(copy, e)).toList();
    Portion portion = new Portion(tables, keyIds);
    portion.stream(copy, likely, streaming);
    List<JournalEntry> taken = portion.first(likely, RUN_ROWS_PER_ENTRY * batch.entries());
    Map<String, List<List<String>>> keys = context.journal().keys(copy.primary(), taken);
    List<JournalEntry> own = taken.stream().filter(e -> isHeld(copy, e, keys)).toList();
    Round round = new Round(List.of(table), found, limit, own, List.of());
    round.sort(tables, keyIds, List.of(), keys, portion::streams);
    round.trials = portion.trials();
    // What is not of these slices is not come back to: rounds over the whole table will.
    List<JournalEntry> passed =
        taken.size() == likely.size() ? found.entries() : upTo(last(taken), found.entries());
    Set<String> kept = Set.of();
    int rows = 0;
    if (!own.isEmpty()) {
      copies.run(copy, round);
      probe.reached(DeliveryProbe.Point.WRITTEN);
      if (!running.getAsBoolean()) {
        return RoundResult.STOPPED;
      }
      copy.commit();
      probe.reached(DeliveryProbe.Point.SECONDARY_COMMITTED);
      rows = RoundCopy.count(round, metrics);
      kept = clearing.run(copy, round);
    }
    boolean full = round.reachesLimit() || !RoundCopy.left(round.copied).isEmpty();
    boolean again = position.done(List.of(table), found, limit, passed, kept);
    batch.took(Duration.ofNanos(System.nanoTime() - began), full);
    probe.reached(DeliveryProbe.Point.CLEARED);
    boolean more =
        again
            || full
            || passed.size() < found.entries().size()
            || found.entries().size() >= limit.ofEachOpen();
    return new RoundResult(more ? RoundResult.Kind.MORE : RoundResult.Kind.DRAINED, rows);
  }

  private static JournalEntry last(List<JournalEntry> entries) {
    return entries.get(entries.size() - 1);
  }

  private static List<JournalEntry> upTo(JournalEntry last, List<JournalEntry> entries) {
    return entries.subList(0, entries.indexOf(last) + 1);
  }

  /** Whether the entry's rows are of these slices, as far as can be told without their keys. */
  private boolean isHeld(LockedCopy copy, JournalEntry entry) {
    if (entry.namesRowBy(keyId)) {
      return copy.holds(List.of(new RowKey(Objects.requireNonNull(entry.key()))));
    }
    if (slices.function().isNumbered() && KeyRun.is(entry, tables, keyIds)) {
      return copy.holds(KeyRun.range(entry));
    }
    return entry.namesRowsBy(keyId);
  }

  private boolean isHeld(
      LockedCopy copy, JournalEntry entry, Map<String, List<List<String>>> keys) {
    return !entry.namesRowsBy(keyId)
        || copy.holds(
            Objects.requireNonNull(keys.get(entry.place())).stream().map(RowKey::new).toList());
  }
}
