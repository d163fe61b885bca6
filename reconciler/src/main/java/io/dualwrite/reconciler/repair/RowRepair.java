package io.dualwrite.reconciler.repair;

import io.dualwrite.jdbc.copy.CopyResult;
import io.dualwrite.jdbc.copy.DeletesAlong;
import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.jdbc.copy.LockedCopy;
import io.dualwrite.jdbc.copy.RefusedRow;
import io.dualwrite.jdbc.copy.RowKey;
import io.dualwrite.jdbc.copy.Settled;
import io.dualwrite.jdbc.copy.Settled.Changed;
import io.dualwrite.jdbc.schema.Lane;
import io.dualwrite.jdbc.schema.TablePair;
import io.dualwrite.reconciler.checksum.ComparedTable;
import io.dualwrite.reconciler.compare.Difference;
import io.dualwrite.reconciler.compare.LaneLocks;
import io.dualwrite.reconciler.compare.Settler;
import io.dualwrite.reconciler.compare.Verdict;
import io.dualwrite.reconciler.repair.TableRepairer.Pass;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Repairs rows of one table that are known by their keys, in steps. Each step has one connection to
 * either side, takes the lane's lock, looks at its rows again, and commits. Rows so wide that a
 * step does not get through make the next ones smaller. Safe for use by several threads.
 */
final class RowRepair {
  /**
   * The lock is not held for longer than it takes to copy so many rows: deliveries wait meanwhile.
   */
  static final int STEP = 2_000;

  /** As many are tried one by one where the target refuses one of them. */
  private static final int SETTLED = 50;

  private static final String PARENT_MISSING = "23503";
  private static final String DUPLICATE = "23505";

  private final LaneLocks locks;
  private final ComparedTable table;
  private final Lane lane;
  private final ChangeBudget budget;
  private final RepairTally tally;
  private final RepairScope scope;
  private final Settler settler;

  /** Whether rows may have come that their own step knows nothing of. */
  private volatile boolean pulledAlong;

  RowRepair(LaneLocks locks, ComparedTable table, Lane lane, RepairScope scope) {
    this.locks = locks;
    this.table = table;
    this.lane = lane;
    this.scope = scope;
    this.budget = scope.budget();
    this.tally = scope.tally(table.pair());
    this.settler = new Settler(locks, table, lane);
  }

  /**
   * Repairs these rows.
   *
   * @param history whether the target has none of them, so that there is nothing to look at before
   *     copying
   * @return whether it got through all of them; false where the budget of changes was too small
   */
  boolean repair(List<RowKey> keys, Pass pass, boolean history, Optional<ChunkMark> mark) {
    Deque<RowKey> rest = new ArrayDeque<>(keys);
    int size = STEP;
    while (!rest.isEmpty() && !budget.exhausted()) {
      List<RowKey> some = new ArrayList<>();
      while (some.size() < size && !rest.isEmpty()) {
        some.add(rest.poll());
      }
      Rest left = step(some, pass, history, mark);
      for (int i = left.keys().size() - 1; i >= 0; i--) {
        rest.push(left.keys().get(i));
      }
      size = left.size();
    }
    if (!rest.isEmpty()) {
      budget.leave();
    }
    return rest.isEmpty();
  }

  /**
   * What a step leaves.
   *
   * @param keys those that are still to be looked at
   * @param size how many rows to take next
   */
  private record Rest(List<RowKey> keys, int size) {}

  private Rest step(List<RowKey> keys, Pass pass, boolean history, Optional<ChunkMark> mark) {
    List<RowKey> taken = List.of();
    List<RowKey> rest = List.of();
    try (LockedCopy lock = locks.begin(lane)) {
      boolean known = history && !pulledAlong && pass == Pass.COPY;
      List<RowKey> wrong = known ? keys : wrong(lock, keys, pass);
      if (pass == Pass.DELETE && !wrong.isEmpty() && !mayDelete(lock)) {
        return new Rest(List.of(), STEP);
      }
      int allowed = budget.take(wrong.size());
      taken = wrong.subList(0, allowed);
      rest = wrong.subList(allowed, wrong.size());
      if (!taken.isEmpty()) {
        CopyResult result = lock.copy(table.pair(), taken, pass == Pass.DELETE, DeletesAlong.NONE);
        List<RowKey> tried = without(taken, result.left());
        int kept = keptByTriggers(lock, tried, pass, mark);
        Changed changed =
            new Changed(result.written() - (pass == Pass.COPY ? kept : 0), result.deleted());
        commit(mark, lock, Map.of(table.pair(), changed));
        budget.giveBack(taken.size() - changed.written() - changed.deleted());
        if (!result.left().isEmpty()) {
          return new Rest(joined(result.left(), rest), Math.max(1, tried.size()));
        }
      }
      return new Rest(rest, Math.min(STEP, keys.size() * 2));
    } catch (SQLException e) {
      if (!Failures.refusesRow(e)) {
        throw locks.failed(e);
      }
      if (PARENT_MISSING.equals(e.getSQLState()) && pass == Pass.COPY) {
        Outcome outcome = withParents(taken, mark);
        if (outcome != Outcome.REFUSED) {
          return outcome == Outcome.DONE
              ? new Rest(rest, Math.min(STEP, keys.size() * 2))
              : tooMany(taken, rest);
        }
      }
    }
    if (taken.size() > SETTLED) {
      budget.giveBack(taken.size());
      return new Rest(joined(taken, rest), taken.size() / 2);
    }
    return settle(taken, mark) == Outcome.DONE ? new Rest(rest, SETTLED) : tooMany(taken, rest);
  }

  private enum Outcome {
    DONE,
    REFUSED,
    TOO_MANY
  }

  /** Fewer at once, down to one that is more than may be changed with all that it needs. */
  private Rest tooMany(List<RowKey> taken, List<RowKey> rest) {
    budget.giveBack(taken.size());
    if (taken.size() == 1) {
      budget.stop();
      tally.problem(
          line(taken.get(0))
              + "not repaired: more rows have to be changed with it than --max-changes leaves");
    }
    return new Rest(joined(taken, rest), Math.max(1, taken.size() / 2));
  }

  /** Together with the rows that they refer to and that the target lacks, if it takes them so. */
  private Outcome withParents(List<RowKey> taken, Optional<ChunkMark> mark) {
    try (LockedCopy lock = locks.begin(lane)) {
      List<RowKey> keys = wrong(lock, taken, Pass.COPY);
      Map<TablePair, Set<RowKey>> wanted =
          new HashMap<>(lock.missingParents(lane, Map.of(table.pair(), keys)));
      wanted.computeIfAbsent(table.pair(), p -> new HashSet<>()).addAll(keys);
      Map<TablePair, Changed> changed = new HashMap<>();
      while (!wanted.isEmpty()) {
        Map<TablePair, Set<RowKey>> left = new HashMap<>();
        for (Map.Entry<TablePair, CopyResult> copied : lock.copyAll(lane, wanted).entrySet()) {
          changed.merge(
              copied.getKey(), new Changed(copied.getValue().written(), 0), Changed::plus);
          if (!copied.getValue().left().isEmpty()) {
            left.put(copied.getKey(), copied.getValue().left());
          }
        }
        wanted = left;
      }
      int kept = keptByTriggers(lock, keys, Pass.COPY, mark);
      changed.computeIfPresent(
          table.pair(), (t, c) -> new Changed(c.written() - kept, c.deleted()));
      if (!budget.settle(taken.size(), count(changed))) {
        return Outcome.TOO_MANY;
      }
      commit(mark, lock, changed);
      pulledAlong = true;
      return Outcome.DONE;
    } catch (SQLException e) {
      if (!Failures.refusesRow(e)) {
        throw locks.failed(e);
      }
      return Outcome.REFUSED;
    }
  }

  private static List<RowKey> without(List<RowKey> keys, Set<RowKey> others) {
    return others.isEmpty() ? keys : keys.stream().filter(k -> !others.contains(k)).toList();
  }

  /** How many of the rows that the target took are all the same not what they should be now. */
  private int keptByTriggers(
      LockedCopy lock, List<RowKey> keys, Pass pass, Optional<ChunkMark> mark) throws SQLException {
    if (!TargetTriggers.on(lock.secondary(), table.pair())) {
      return 0;
    }
    List<RowKey> kept = wrong(lock, keys, pass);
    kept.forEach(
        key ->
            problem(
                line(key) + TargetTriggers.KEPT + (pass == Pass.DELETE ? "deleted" : "written"),
                mark));
    return kept.size();
  }

  private static List<RowKey> joined(Collection<RowKey> first, List<RowKey> then) {
    List<RowKey> all = new ArrayList<>(first);
    all.addAll(then);
    return all;
  }

  /** Whether no rows go along of which nobody knows whether they are extra. */
  private boolean mayDelete(LockedCopy lock) throws SQLException {
    Optional<String> problem = OutsideCascades.problem(lock.secondary(), table, lane);
    problem.ifPresent(tally::problem);
    return problem.isEmpty();
  }

  /** The fast way was refused: every row by every means, under a new lock. */
  private Outcome settle(List<RowKey> keys, Optional<ChunkMark> mark) {
    try (LockedCopy lock = locks.begin(lane)) {
      Settled settled =
          lock.settle(
              lane,
              Map.of(table.pair(), keys),
              scope.deletes() && mayDelete(lock),
              scope.along(lock.secondary(), lane, table.pair()));
      Set<RowKey> refused = new HashSet<>();
      settled.refused().forEach(r -> refused.add(r.key()));
      Map<TablePair, Changed> changed = new HashMap<>(settled.changed());
      if (!budget.settle(keys.size(), count(changed))) {
        return Outcome.TOO_MANY;
      }
      settled.refused().forEach(r -> refused(r, mark));
      int kept = keptByTriggers(lock, without(keys, refused), Pass.COPY, mark);
      changed.computeIfPresent(
          table.pair(), (t, c) -> new Changed(c.written() - kept, c.deleted()));
      budget.giveBack(kept);
      if (scope.deletes()) {
        keptByTriggers(lock, without(keys, refused), Pass.DELETE, mark);
      }
      commit(mark, lock, changed);
      pulledAlong = true;
      return Outcome.DONE;
    } catch (SQLException e) {
      throw locks.failed(e);
    }
  }

  private void refused(RefusedRow row, Optional<ChunkMark> mark) {
    String line =
        line(row.key())
            + Failures.describe(row.cause())
            + (!scope.deletes() && DUPLICATE.equals(row.cause().getSQLState())
                ? ". If the row in its way is one that the source has not: --delete-extra"
                : "");
    problem(line, mark);
  }

  private void problem(String line, Optional<ChunkMark> mark) {
    tally.problem(line);
    mark.ifPresent(m -> m.problem(line));
  }

  private static String line(RowKey key) {
    return "key " + String.join(", ", key.values()) + ": ";
  }

  private static int count(Map<TablePair, Changed> changed) {
    return changed.values().stream().mapToInt(c -> c.written() + c.deleted()).sum();
  }

  /** Commits the changes together with the mark that keeps how many they are, in all tables. */
  private void commit(Optional<ChunkMark> mark, LockedCopy lock, Map<TablePair, Changed> changed)
      throws SQLException {
    int written = changed.values().stream().mapToInt(Changed::written).sum();
    int removed = changed.values().stream().mapToInt(Changed::deleted).sum();
    if (mark.isPresent() && written + removed > 0) {
      mark.get().changes(lock.secondary(), written, removed);
    }
    try {
      lock.commit();
    } catch (SQLException e) {
      mark.ifPresent(m -> m.undo(written, removed));
      throw e;
    }
    changed.forEach((pair, c) -> scope.tally(pair).done(c.written(), c.deleted()));
  }

  /** The keys whose rows differ under the lock too and that this pass is for. */
  private List<RowKey> wrong(LockedCopy lock, List<RowKey> keys, Pass pass) {
    List<Verdict> verdicts = settler.verdicts(lock, keys);
    List<RowKey> wrong = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      if (verdicts.get(i) instanceof Verdict.Differs differs
          && (differs.kind() == Difference.Kind.EXTRA) == (pass == Pass.DELETE)) {
        if (differs.repairable()) {
          wrong.add(keys.get(i));
        } else {
          tally.problem(
              line(keys.get(i))
                  + "not repaired: "
                  + differs.source()
                  + " rows of the source and "
                  + differs.target()
                  + " of the target have this key and cannot be told apart. Delete those that are too many by hand");
        }
      }
    }
    return wrong;
  }
}
