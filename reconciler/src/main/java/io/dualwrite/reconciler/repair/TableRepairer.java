package io.dualwrite.reconciler.repair;

import io.dualwrite.jdbc.copy.CopyResult;
import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.jdbc.copy.LockedCopy;
import io.dualwrite.jdbc.copy.RefusedRow;
import io.dualwrite.jdbc.copy.RowKey;
import io.dualwrite.jdbc.schema.Lane;
import io.dualwrite.reconciler.checksum.ComparedTable;
import io.dualwrite.reconciler.compare.BothSides;
import io.dualwrite.reconciler.compare.Candidate;
import io.dualwrite.reconciler.compare.Difference;
import io.dualwrite.reconciler.compare.Drilldown;
import io.dualwrite.reconciler.compare.KeyOrder;
import io.dualwrite.reconciler.compare.LaneLocks;
import io.dualwrite.reconciler.compare.RowMerge;
import io.dualwrite.reconciler.compare.Settler;
import io.dualwrite.reconciler.compare.Verdict;
import io.dualwrite.reconciler.state.KeptWindow;
import io.dualwrite.reconciler.window.Chunk;
import io.dualwrite.reconciler.window.Part;
import io.dualwrite.reconciler.window.SideReadException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Repairs one table in steps of a bounded number of rows, each of which takes the lane's lock,
 * looks at the rows again, copies what still differs and commits. A crash loses nothing but the
 * step under way; running it again goes on.
 */
final class TableRepairer {
  /**
   * The lock is not held for longer than it takes to copy so many rows: deliveries wait meanwhile.
   */
  static final int STEP = 2_000;

  private static final int PAGE = 50_000;
  private static final int LISTED_PROBLEMS = 20;

  /** What is done to rows that differ. */
  enum Pass {
    /** Rows that the source has not are deleted. */
    DELETE,
    /** Rows that the source has are copied. */
    COPY
  }

  private final LaneLocks locks;
  private final ComparedTable table;
  private final Lane lane;
  private final ChangeBudget budget;
  private final Drilldown drilldown;
  private final Settler settler;
  private final AtomicLong copied = new AtomicLong();
  private final AtomicLong deleted = new AtomicLong();
  private final Queue<String> problems = new ConcurrentLinkedQueue<>();

  TableRepairer(
      BothSides sides, LaneLocks locks, ComparedTable table, Lane lane, ChangeBudget budget) {
    this.locks = locks;
    this.table = table;
    this.lane = lane;
    this.budget = budget;
    this.drilldown = new Drilldown(sides, table, locks.context().secondary());
    this.settler = new Settler(locks, table, lane);
  }

  ComparedTable table() {
    return table;
  }

  Repair.TableRepair result() {
    return new Repair.TableRepair(
        table.pair().name().toString(),
        copied.get(),
        deleted.get(),
        problems.stream().distinct().limit(LISTED_PROBLEMS).toList());
  }

  void problem(String line) {
    problems.add(line);
  }

  /** What an interrupted repair has done and could not do. */
  void restore(List<KeptWindow> windows) {
    for (KeptWindow window : windows) {
      done(window.changed(), window.extra());
      budget.spent(window.changed() + window.extra());
      window.reason().ifPresent(r -> r.lines().forEach(problems::add));
    }
  }

  /** Looks at these rows again and repairs those that still differ. */
  void repair(List<RowKey> keys, Pass pass) {
    List<RowKey> sorted = sorted(keys);
    for (int from = 0; from < sorted.size() && !budget.exhausted(); from += STEP) {
      step(
          sorted.subList(from, Math.min(sorted.size(), from + STEP)),
          pass,
          false,
          Optional.empty());
    }
  }

  /** Repairs the windows of a chunk that differ; the rows looked at. */
  long repair(Part part, Pass pass, Optional<ChunkMark> mark) {
    Chunk chunk = part.chunk();
    long rows = repair(chunk, pass, mark);
    if (!budget.exhausted()) {
      mark.ifPresent(ChunkMark::end);
    }
    return rows;
  }

  // In the key's order, so that both sides read and write neighbouring pages.
  private static List<RowKey> sorted(Collection<RowKey> keys) {
    return keys.stream()
        .distinct()
        .sorted(Comparator.comparing(RowKey::values, KeyOrder.OF_TEXTS))
        .toList();
  }

  private long repair(Chunk chunk, Pass pass, Optional<ChunkMark> mark) {
    Drilldown.Sums sums = drilldown.sums(chunk);
    List<Long> differing = sums.differing();
    long rows = differing.stream().mapToLong(sums::rows).sum();
    if (differing.isEmpty() || budget.exhausted()) {
      return rows;
    }
    boolean history = differing.stream().allMatch(w -> sums.target(w).rows() == 0);
    Drilldown.Place place = drilldown.narrow(chunk, sums);
    OptionalLong after = OptionalLong.empty();
    do {
      RowMerge.Page page = drilldown.page(chunk, place, after, PAGE);
      List<RowKey> keys = sorted(page.candidates().stream().map(Candidate::key).toList());
      for (int from = 0; from < keys.size() && !budget.exhausted(); from += STEP) {
        step(keys.subList(from, Math.min(keys.size(), from + STEP)), pass, history, mark);
      }
      after = page.next();
    } while (after.isPresent() && !budget.exhausted());
    return rows;
  }

  /**
   * {@code history}: the target has none of these rows, so that there is nothing to look at before
   * copying.
   */
  private void step(List<RowKey> keys, Pass pass, boolean history, Optional<ChunkMark> mark) {
    List<RowKey> wrong = List.of();
    try (LockedCopy lock = locks.begin(lane)) {
      wrong =
          history && pass == Pass.COPY
              ? keys.subList(0, budget.take(keys.size()))
              : wrong(lock, keys, pass);
      if (!wrong.isEmpty()) {
        CopyResult result = lock.copy(table.pair(), wrong, pass == Pass.DELETE);
        mark(mark, lock, result.written(), result.deleted());
        commit(mark, lock, result.written(), result.deleted());
        done(result.written(), result.deleted());
        if (!result.left().isEmpty()) {
          budget.giveBack(result.left().size());
          step(List.copyOf(result.left()), pass, history, mark);
        }
      }
    } catch (SQLException e) {
      if (!Failures.refusesRow(e)) {
        throw new SideReadException(locks.context().secondary(), e);
      }
      settle(wrong, pass, mark);
    }
  }

  /** The fast way was refused: every row by every means, under a new lock. */
  private void settle(List<RowKey> keys, Pass pass, Optional<ChunkMark> mark) {
    try (LockedCopy lock = locks.begin(lane)) {
      List<RefusedRow> refused = lock.settle(lane, Map.of(table.pair(), keys));
      int right = keys.size() - refused.size();
      int written = pass == Pass.COPY ? right : 0;
      int removed = pass == Pass.DELETE ? right : 0;
      refused.forEach(r -> refused(r, mark));
      mark(mark, lock, written, removed);
      commit(mark, lock, written, removed);
      done(written, removed);
    } catch (SQLException e) {
      throw new SideReadException(locks.context().secondary(), e);
    }
  }

  private void refused(RefusedRow row, Optional<ChunkMark> mark) {
    String line =
        "key " + String.join(", ", row.key().values()) + ": " + Failures.describe(row.cause());
    problems.add(line);
    mark.ifPresent(m -> m.problem(line));
  }

  /** Keeps the changes with the transaction that makes them. */
  private static void mark(Optional<ChunkMark> mark, LockedCopy lock, int written, int removed)
      throws SQLException {
    if (mark.isPresent() && written + removed > 0) {
      mark.get().changes(lock.secondary(), written, removed);
    }
  }

  private static void commit(Optional<ChunkMark> mark, LockedCopy lock, int written, int removed)
      throws SQLException {
    try {
      lock.commit();
    } catch (SQLException e) {
      mark.ifPresent(m -> m.undo(written, removed));
      throw e;
    }
  }

  private void done(long written, long removed) {
    copied.addAndGet(written);
    deleted.addAndGet(removed);
  }

  /**
   * The keys whose rows differ under the lock too and that this pass is for, as many as the budget
   * allows.
   */
  private List<RowKey> wrong(LockedCopy lock, List<RowKey> keys, Pass pass) {
    List<Verdict> verdicts = settler.verdicts(lock, keys);
    List<RowKey> wrong = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      if (verdicts.get(i) instanceof Verdict.Differs differs
          && (differs.kind() == Difference.Kind.EXTRA) == (pass == Pass.DELETE)) {
        wrong.add(keys.get(i));
      }
    }
    return wrong.subList(0, budget.take(wrong.size()));
  }

  /**
   * Replaces all rows of a table without a key, if any window differs: its rows cannot be told
   * apart. Nothing is changed where that would exceed the budget.
   *
   * @param part whether the chunks may be only a part of the table, which is then left as it is
   * @param deleteExtra whether it may be done although the target has rows that the source has not
   */
  void replace(List<Chunk> chunks, boolean part, boolean deleteExtra) {
    List<RowMerge.Surplus> surplus = new ArrayList<>();
    for (Chunk chunk : chunks) {
      List<Integer> windows =
          drilldown.sums(chunk).differing().stream().map(Long::intValue).toList();
      if (!windows.isEmpty()) {
        surplus.addAll(settler.copies(chunk, windows).surplus());
      }
    }
    if (surplus.isEmpty() || budget.exhausted()) {
      return;
    }
    if (part) {
      problem("has no key: it can only be replaced whole, without --from and --to");
      return;
    }
    if (!deleteExtra && surplus.stream().anyMatch(s -> s.extra() > 0)) {
      problem(
          "has no key and rows that the source has not: it can only be replaced whole, with --delete-extra");
      return;
    }
    try (LockedCopy lock = locks.begin(lane)) {
      CopyResult result = lock.replaceRange(table.pair(), null, null);
      if (!budget.takeAll((long) result.written() + result.deleted())) {
        problem(
            "has no key and is replaced whole: that would change more rows than --max-changes allows");
        return;
      }
      lock.commit();
      done(result.written(), result.deleted());
    } catch (SQLException e) {
      throw new SideReadException(locks.context().secondary(), e);
    }
  }
}
