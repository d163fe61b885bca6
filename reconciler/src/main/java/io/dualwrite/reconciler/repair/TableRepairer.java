package io.dualwrite.reconciler.repair;

import io.dualwrite.Side;
import io.dualwrite.jdbc.copy.CopyResult;
import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.jdbc.copy.LockedCopy;
import io.dualwrite.jdbc.copy.RowKey;
import io.dualwrite.jdbc.schema.Lane;
import io.dualwrite.reconciler.checksum.ComparedTable;
import io.dualwrite.reconciler.compare.BothSides;
import io.dualwrite.reconciler.compare.Candidate;
import io.dualwrite.reconciler.compare.Drilldown;
import io.dualwrite.reconciler.compare.KeyOrder;
import io.dualwrite.reconciler.compare.LaneLocks;
import io.dualwrite.reconciler.compare.RowMerge;
import io.dualwrite.reconciler.compare.Settler;
import io.dualwrite.reconciler.state.KeptWindow;
import io.dualwrite.reconciler.window.Chunk;
import io.dualwrite.reconciler.window.Part;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Repairs one table in steps of a bounded number of rows, each of which takes the lane's lock,
 * looks at the rows again, copies what still differs and commits. A crash loses nothing but the
 * step under way; running it again goes on.
 */
final class TableRepairer {
  private static final int PAGE = 50_000;

  private static final String UNKEYED =
      "rows whose key is null are not repaired: nothing tells them apart. Delete or complete them by hand";

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
  private final RepairTally tally;
  private final RowRepair rows;

  TableRepairer(
      BothSides sides, LaneLocks locks, ComparedTable table, Lane lane, RepairScope scope) {
    this.locks = locks;
    this.table = table;
    this.lane = lane;
    this.budget = scope.budget();
    this.drilldown = new Drilldown(sides, table, locks.context().secondary());
    this.settler = new Settler(locks, table, lane);
    this.tally = scope.tally(table.pair());
    this.rows = new RowRepair(locks, table, lane, scope);
  }

  ComparedTable table() {
    return table;
  }

  void problem(String line) {
    tally.problem(line);
  }

  /** What an interrupted repair has done and could not do. */
  void restore(List<KeptWindow> windows) {
    for (KeptWindow window : windows) {
      tally.done(window.changed(), window.extra());
      budget.spent(window.changed() + window.extra());
      window.reason().ifPresent(r -> r.lines().forEach(tally::problem));
    }
  }

  /** Looks at these rows again and repairs those that still differ. */
  void repair(List<RowKey> keys, Pass pass) {
    rows.repair(sorted(keys), pass, false, Optional.empty());
  }

  /** Repairs the windows of a chunk that differ; the rows looked at. */
  long repair(Part part, Pass pass, Optional<ChunkMark> mark) {
    Drilldown.Sums sums = drilldown.sums(part.chunk());
    List<Long> differing = sums.differing();
    if (differing.isEmpty() || repair(part.chunk(), sums, pass, mark)) {
      mark.ifPresent(ChunkMark::end);
    }
    return differing.stream().mapToLong(sums::rows).sum();
  }

  // In the key's order, so that both sides read and write neighbouring pages.
  private static List<RowKey> sorted(Collection<RowKey> keys) {
    return keys.stream()
        .distinct()
        .sorted(Comparator.comparing(RowKey::values, KeyOrder.OF_TEXTS))
        .toList();
  }

  /** Whether it got through all rows that differ. */
  private boolean repair(Chunk chunk, Drilldown.Sums sums, Pass pass, Optional<ChunkMark> mark) {
    mark.ifPresent(m -> m.differs(Math.toIntExact(sums.differing().get(0))));
    if (budget.exhausted()) {
      budget.leave();
      return false;
    }
    boolean history = sums.differing().stream().allMatch(w -> sums.target(w).rows() == 0);
    Drilldown.Place place = drilldown.narrow(chunk, sums);
    OptionalLong after = OptionalLong.empty();
    do {
      RowMerge.Page page = drilldown.page(chunk, place, after, PAGE);
      if (!page.unkeyed().isEmpty() && pass == Pass.COPY) {
        tally.problem(UNKEYED);
      }
      List<RowKey> keys = sorted(page.candidates().stream().map(Candidate::key).toList());
      if (!rows.repair(keys, pass, history, mark)) {
        return false;
      }
      after = page.next();
    } while (after.isPresent());
    return true;
  }

  private long count(LockedCopy lock) throws SQLException {
    try (Statement statement = lock.secondary().createStatement();
        ResultSet row = statement.executeQuery("select count(*) from " + table.from(Side.TARGET))) {
      row.next();
      return row.getLong(1);
    }
  }

  /**
   * Replaces all rows of a table without a key, if any window differs: its rows cannot be told
   * apart. Nothing is changed where that would exceed the budget.
   *
   * @param part whether the chunks may be only a part of the table, which is then left as it is
   * @param deleteExtra whether it may be done although the target has rows that the source has not
   * @param differs is told before anything is changed
   */
  void replace(List<Chunk> chunks, boolean part, boolean deleteExtra, Runnable differs) {
    List<RowMerge.Surplus> surplus = new ArrayList<>();
    for (Chunk chunk : chunks) {
      List<Integer> windows =
          drilldown.sums(chunk).differing().stream().map(Long::intValue).toList();
      if (!windows.isEmpty()) {
        surplus.addAll(settler.copies(chunk, windows).surplus());
      }
    }
    if (surplus.isEmpty()) {
      return;
    }
    if (budget.exhausted()) {
      budget.leave();
      return;
    }
    differs.run();
    Optional<String> problem =
        KeylessReplacement.problem(
            part, deleteExtra, surplus.stream().anyMatch(s -> s.extra() > 0));
    if (problem.isPresent()) {
      problem(problem.get());
      return;
    }
    try (LockedCopy lock = locks.begin(lane)) {
      Optional<String> others = OutsideCascades.ofReplacement(lock.secondary(), table);
      if (others.isPresent()) {
        problem(others.get());
        return;
      }
      CopyResult result = lock.replaceRange(table.pair(), null, null);
      if (!budget.takeAll((long) result.written() + result.deleted())) {
        budget.leave();
        problem(KeylessReplacement.TOO_MANY_CHANGES);
        return;
      }
      long there =
          TargetTriggers.on(lock.secondary(), table.pair()) ? count(lock) : result.written();
      lock.commit();
      tally.done(there, result.deleted());
      if (there != result.written()) {
        problem(
            "has "
                + there
                + " rows now that "
                + result.written()
                + " were written: triggers or rules of the target make others of them");
      }
    } catch (SQLException e) {
      if (!Failures.refusesRow(e)) {
        throw locks.failed(e);
      }
      problem(
          "has no key and is replaced whole, which the target refuses: " + Failures.describe(e));
    }
  }
}
