package io.dualwrite.reconciler.backfill;

import io.dualwrite.Side;
import io.dualwrite.jdbc.copy.DeletesAlong;
import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.jdbc.copy.LockedCopy;
import io.dualwrite.jdbc.copy.RefusedRow;
import io.dualwrite.jdbc.copy.RowKey;
import io.dualwrite.jdbc.schema.Lane;
import io.dualwrite.jdbc.schema.TablePair;
import io.dualwrite.reconciler.compare.Difference;
import io.dualwrite.reconciler.compare.LaneLocks;
import io.dualwrite.reconciler.compare.Settler;
import io.dualwrite.reconciler.compare.Snapshots;
import io.dualwrite.reconciler.compare.Verdict;
import io.dualwrite.reconciler.window.SideReadException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Brings in a span of which the target refuses a row: by key, in steps under the lane's lock, with
 * parents that are missing pulled along, so that every other row arrives and each that does not is
 * named. Rows that the target has are left as they are.
 */
final class RowByRow {
  private static final int STEP = 1_000;
  private static final int TRIES = 5;

  private final Snapshots snapshots;
  private final LaneLocks locks;
  private final Lane lane;
  private final TablePair pair;
  private final SpanLook look;
  private final Settler settler;
  private final Ledger ledger;

  RowByRow(Snapshots snapshots, LaneLocks locks, Lane lane, SpanLook look, Ledger ledger) {
    this.snapshots = snapshots;
    this.locks = locks;
    this.lane = lane;
    this.pair = look.table().pair();
    this.look = look;
    this.settler = new Settler(locks, look.table(), lane);
    this.ledger = ledger;
  }

  /** What became of the span; it is marked as done unless the target refuses some of its rows. */
  SpanResult copy(Span span) {
    if (pair.key().isEmpty()) {
      throw KeylessRowsException.rowByRow(pair);
    }
    Tally tally = new Tally();
    long copied = 0;
    List<RowKey> keys = keys(span);
    for (int from = 0; from < keys.size(); from += STEP) {
      copied += step(keys.subList(from, Math.min(keys.size(), from + STEP)), tally);
    }
    try (LockedCopy lock = locks.begin(lane)) {
      SpanResult result =
          look.cuts().alike()
              ? tally.result(look.of(span).sums(lock.primary(), lock.secondary()), copied)
              : tally.result(SpanResult.NOTHING, copied);
      ledger.commit(lock, look.window(span), result);
      return result;
    } catch (SQLException e) {
      throw locks.failed(e);
    }
  }

  private List<RowKey> keys(Span span) {
    List<String> texts = look.table().keyTexts(Side.SOURCE);
    String sql =
        "SELECT "
            + String.join(", ", texts)
            + " FROM "
            + pair.source().name().sql()
            + " t WHERE "
            + look.cuts().condition(Side.SOURCE, span)
            + (look.cuts().columns().isEmpty() ? "" : " ORDER BY " + look.cuts().order());
    return snapshots
        .of(pair)
        .on(
            Side.SOURCE,
            c -> {
              List<RowKey> keys = new ArrayList<>();
              try (Statement statement = c.createStatement()) {
                statement.setFetchSize(STEP);
                try (ResultSet rows = statement.executeQuery(sql)) {
                  while (rows.next()) {
                    List<String> values = new ArrayList<>(texts.size());
                    for (int i = 1; i <= texts.size(); i++) {
                      values.add(rows.getString(i));
                    }
                    keys.add(new RowKey(values));
                  }
                }
              }
              return keys;
            });
  }

  /** Those that are refused together are tried in halves, so that one of them keeps few back. */
  private long step(List<RowKey> keys, Tally tally) {
    for (int tries = 1; ; tries++) {
      try {
        return together(keys, tally);
      } catch (SQLException e) {
        if (Failures.refusesRow(e)) {
          break;
        }
        if (tries == TRIES || !SpanCopy.TRY_AGAIN.contains(String.valueOf(e.getSQLState()))) {
          throw locks.failed(e);
        }
      }
    }
    if (keys.size() == 1) {
      return alone(keys.get(0), tally);
    }
    int half = keys.size() / 2;
    return step(keys.subList(0, half), tally) + step(keys.subList(half, keys.size()), tally);
  }

  private long together(List<RowKey> keys, Tally tally) throws SQLException {
    try (LockedCopy lock = locks.begin(lane)) {
      lock.keepRows(pair);
      Tally found = new Tally();
      List<RowKey> missing = missing(lock, keys, found);
      Map<TablePair, Set<RowKey>> wanted =
          new HashMap<>(lock.missingParents(lane, Map.of(pair, missing)));
      wanted.computeIfAbsent(pair, p -> new HashSet<>()).addAll(missing);
      while (!wanted.isEmpty()) {
        Map<TablePair, Set<RowKey>> left = new HashMap<>();
        lock.copyAll(lane, wanted)
            .forEach(
                (table, result) -> {
                  if (!result.left().isEmpty()) {
                    left.put(table, result.left());
                  }
                });
        wanted = left;
      }
      lock.commit();
      tally.add(found);
      return missing.size();
    }
  }

  /** By every means. */
  private long alone(RowKey key, Tally tally) {
    try (LockedCopy lock = locks.begin(lane)) {
      lock.keepRows(pair);
      Tally found = new Tally();
      List<RowKey> missing = missing(lock, List.of(key), found);
      List<RefusedRow> refused =
          missing.isEmpty()
              ? List.of()
              : lock.settle(lane, Map.of(pair, missing), false, DeletesAlong.NONE).refused();
      lock.commit();
      tally.add(found);
      refused.forEach(
          r ->
              tally.refused(
                  "key "
                      + String.join(", ", r.key().values())
                      + ": "
                      + Failures.describe(r.cause())));
      return missing.size() - refused.size();
    } catch (SQLException e) {
      throw new SideReadException(Side.TARGET, e);
    }
  }

  private List<RowKey> missing(LockedCopy lock, List<RowKey> keys, Tally tally) {
    List<Verdict> verdicts = settler.verdicts(lock, keys);
    List<RowKey> missing = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      if (verdicts.get(i) instanceof Verdict.Differs differs
          && differs.kind() == Difference.Kind.MISSING) {
        missing.add(keys.get(i));
      } else {
        tally.add(verdicts.get(i));
      }
    }
    return missing;
  }
}
