package io.dualwrite.reconciler.backfill.file;

import io.dualwrite.Side;
import io.dualwrite.jdbc.copy.CopyResult;
import io.dualwrite.jdbc.copy.DeletesAlong;
import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.jdbc.copy.LockedCopy;
import io.dualwrite.jdbc.copy.RefusedRow;
import io.dualwrite.jdbc.copy.RowKey;
import io.dualwrite.jdbc.copy.StagedCopy;
import io.dualwrite.jdbc.schema.Column;
import io.dualwrite.jdbc.schema.Lane;
import io.dualwrite.jdbc.schema.TablePair;
import io.dualwrite.reconciler.checksum.ComparedTable;
import io.dualwrite.reconciler.compare.LaneLocks;
import io.dualwrite.reconciler.window.SideReadException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Loads a batch of records ({@code docs/decisions/053}): they are staged without the lane's lock.
 * Under it, records whose key the target has not are told apart by what the source says: its rows
 * are copied from there, as they are now, by the copy that everybody uses; the others are loaded as
 * they are, held back or left out.
 *
 * <p>A crash at any point leaves either nothing of the batch or all of it with its mark.
 */
final class BatchCopy {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final int TRIES = 20;
  private static final Set<String> TRY_AGAIN = Set.of("40P01", "40001", "55P03");

  private final LaneLocks locks;
  private final Lane lane;
  private final TablePair pair;
  private final Absent absent;
  private final Staging staging;
  private final LockedRows rows;
  private final Consumer<Duration> held;

  BatchCopy(
      LaneLocks locks,
      Lane lane,
      ComparedTable table,
      List<FileColumn> columns,
      Absent absent,
      Consumer<Duration> held) {
    this.locks = locks;
    this.lane = lane;
    this.pair = table.pair();
    this.absent = absent;
    List<Column> targets = columns.stream().map(c -> c.pair().target()).toList();
    this.staging = new Staging(pair.target().name().sql(), targets);
    this.rows = new LockedRows(table, targets);
    this.held = held;
  }

  /** Keeps what became of a batch in the transaction that brings it. */
  interface Ledger {
    /** What was written for an earlier try of the batch, which was rolled back, is forgotten. */
    void forget();

    /** Keeps it. */
    void keep(Connection target, BatchResult result) throws SQLException;
  }

  /**
   * Loads the records.
   *
   * @throws SideReadException if a database fails; whether the batch is kept is then to be seen
   *     from its mark
   */
  BatchResult copy(List<FileRecord> records, Ledger ledger) {
    for (int i = 0; i < TRIES; i++) {
      try (StagedCopy staged = StagedCopy.begin(locks.context(), lane)) {
        List<Bad> bad = staging.stage(staged.secondary(), records);
        Optional<LockedCopy> lock = staged.lock(PATIENCE);
        if (lock.isPresent()) {
          return locked(lock.get(), records.size(), bad, ledger);
        }
      } catch (SQLException e) {
        if (!TRY_AGAIN.contains(String.valueOf(e.getSQLState()))) {
          throw locks.failed(e);
        }
        ledger.forget();
      }
    }
    throw new SideReadException(
        Side.TARGET,
        new SQLException(
            "the lock of " + pair.name() + " could not be had in " + TRIES + " tries", "55P03"));
  }

  private BatchResult locked(LockedCopy lock, int records, List<Bad> bad, Ledger ledger)
      throws SQLException {
    long began = System.nanoTime();
    try (lock) {
      lock.keepRows(pair);
      BatchResult result = load(lock, records, new ArrayList<>(bad));
      ledger.keep(lock.secondary(), result);
      lock.commit();
      return result;
    } finally {
      held.accept(Duration.ofNanos(System.nanoTime() - began));
    }
  }

  private BatchResult load(LockedCopy lock, int records, List<Bad> bad) throws SQLException {
    Map<Integer, RowKey> missing = rows.missing(lock.secondary());
    Map<RowKey, List<Integer>> places = new LinkedHashMap<>();
    missing.forEach((n, key) -> places.computeIfAbsent(key, k -> new ArrayList<>()).add(n));
    SourceKeys source = new SourceKeys(lock, pair, locks.journalled());
    Set<RowKey> pending = source.pending(places.keySet());
    Set<RowKey> asked = new HashSet<>(places.keySet());
    asked.removeAll(pending);
    Set<RowKey> there = source.there(asked);
    List<Bad> own = new ArrayList<>(copyFromSource(lock, there, places));
    Set<Integer> tried = new HashSet<>();
    if (absent == Absent.INSERT) {
      asked.removeAll(there);
      own.addAll(insert(lock, asked, places, tried));
      Set<Integer> known = new HashSet<>(tried);
      pending.forEach(key -> known.addAll(places.getOrDefault(key, List.of())));
      there.forEach(key -> known.addAll(places.getOrDefault(key, List.of())));
      if (known.size() + bad.size() < records) {
        own.addAll(others(lock, source, known));
      }
    }
    bad.addAll(own);
    bad.sort(Comparator.comparingInt(Bad::index));
    return new BatchResult(counts(records, missing, pending, there, tried, bad), bad);
  }

  /**
   * Of several records of a key the first that the target takes.
   *
   * @param tried those that were, whatever became of them; not those for which another record of
   *     the same key was first, written otherwise
   */
  private List<Bad> insert(
      LockedCopy lock, Set<RowKey> keys, Map<RowKey, List<Integer>> places, Set<Integer> tried)
      throws SQLException {
    List<Bad> refused = new ArrayList<>();
    Set<RowKey> left = keys;
    for (int nth = 0; !left.isEmpty(); nth++) {
      Map<Integer, RowKey> turn = new HashMap<>();
      for (RowKey key : left) {
        List<Integer> all = places.getOrDefault(key, List.of());
        if (nth < all.size()) {
          turn.put(all.get(nth), key);
        }
      }
      tried.addAll(turn.keySet());
      left = new HashSet<>();
      LockedRows.Inserted done = rows.insert(lock.secondary(), turn.keySet());
      tried.removeAll(done.second());
      for (Bad bad : done.refused()) {
        refused.add(bad);
        RowKey key = turn.get(bad.index());
        if (key != null) {
          left.add(key);
        }
      }
    }
    return refused;
  }

  /**
   * The source's rows of these keys come to the target, with parents that it lacks.
   *
   * @return those that the target refuses
   */
  private List<Bad> copyFromSource(
      LockedCopy lock, Set<RowKey> keys, Map<RowKey, List<Integer>> places) throws SQLException {
    List<Bad> refused = new ArrayList<>();
    if (keys.isEmpty()) {
      return refused;
    }
    Savepoint before = lock.secondary().setSavepoint();
    try {
      Map<TablePair, Set<RowKey>> wanted =
          new HashMap<>(lock.missingParents(lane, Map.of(pair, keys)));
      wanted.computeIfAbsent(pair, p -> new HashSet<>()).addAll(keys);
      while (!wanted.isEmpty()) {
        Map<TablePair, Set<RowKey>> left = new HashMap<>();
        for (Map.Entry<TablePair, CopyResult> done : lock.copyAll(lane, wanted).entrySet()) {
          if (!done.getValue().left().isEmpty()) {
            left.put(done.getKey(), done.getValue().left());
          }
        }
        wanted = left;
      }
      LockedRows.checkNow(lock.secondary());
    } catch (SQLException e) {
      if (!Failures.refusesRow(e)) {
        throw e;
      }
      lock.secondary().rollback(before);
      // Rows that only the target has may be an archive's: none of them makes room.
      for (RefusedRow row :
          lock.settle(lane, Map.of(pair, keys), false, DeletesAlong.NONE).refused()) {
        places.getOrDefault(row.key(), List.of()).forEach(n -> refused.add(refusal(n, row)));
      }
    }
    if (!pair.target().userTriggers().isEmpty()) {
      Set<Integer> spoilt = new HashSet<>(refused.stream().map(Bad::index).toList());
      rows.missing(lock.secondary())
          .forEach(
              (n, key) -> {
                if (keys.contains(key) && !spoilt.contains(n)) {
                  String said = "the source's row is " + Refusals.words(LockedRows.LEFT_OUT, "");
                  refused.add(new Bad(n, Optional.empty(), said, said));
                }
              });
    }
    return refused;
  }

  private static Bad refusal(int place, RefusedRow row) {
    String said = "the target refuses the source's row: " + Failures.describe(row.cause());
    return new Bad(place, Optional.empty(), said, said);
  }

  /**
   * Records whose key the target has with other values, while neither the source nor the journal
   * knows it: another record of the files came first, or another load.
   */
  private List<Bad> others(LockedCopy lock, SourceKeys source, Set<Integer> known)
      throws SQLException {
    Map<Integer, RowKey> differing = new HashMap<>(rows.differing(lock.secondary(), known));
    if (differing.isEmpty()) {
      return List.of();
    }
    Set<RowKey> keys = new HashSet<>(differing.values());
    Set<RowKey> excused = new HashSet<>(source.there(keys));
    excused.addAll(source.pending(keys));
    List<Bad> bad = new ArrayList<>();
    differing.forEach(
        (n, key) -> {
          if (!excused.contains(key)) {
            String said = "the target has another row of this key, and the source has none";
            bad.add(new Bad(n, Optional.empty(), said, said));
          }
        });
    return bad;
  }

  private Counts counts(
      int records,
      Map<Integer, RowKey> missing,
      Set<RowKey> pending,
      Set<RowKey> there,
      Set<Integer> tried,
      List<Bad> bad) {
    Set<Integer> spoilt = new HashSet<>(bad.stream().map(Bad::index).toList());
    long copied = 0;
    long waiting = 0;
    long own = 0;
    Set<RowKey> seen = new HashSet<>();
    for (Map.Entry<Integer, RowKey> each : missing.entrySet()) {
      RowKey key = each.getValue();
      boolean good = !spoilt.contains(each.getKey());
      if (pending.contains(key)) {
        waiting += good ? 1 : 0;
      } else if (there.contains(key)) {
        copied += good && seen.add(key) ? 1 : 0;
      } else if (tried.contains(each.getKey()) || absent != Absent.INSERT) {
        own += good ? 1 : 0;
      }
    }
    boolean inserts = absent == Absent.INSERT;
    long present = records - spoilt.size() - copied - waiting - own;
    return new Counts(
        copied, inserts ? own : 0, present, waiting, inserts ? 0 : own, spoilt.size());
  }
}
