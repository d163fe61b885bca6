package io.dualwrite.jdbc.delivery;

import io.dualwrite.Side;
import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.jdbc.copy.LockedCopy;
import io.dualwrite.jdbc.copy.RowKey;
import io.dualwrite.jdbc.delivery.RememberedRows.Remembered;
import io.dualwrite.jdbc.journal.Journal;
import io.dualwrite.jdbc.journal.WholeEntries;
import io.dualwrite.jdbc.schema.TablePair;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The walks over whole tables of one lane, at most one for each table. A walk stands for everything
 * that named its table in the snapshot of its first step; what comes later waits for the next one.
 */
final class Walks {
  private static final int STEP = 500;

  private final Map<String, TablePair> tables;
  private final Map<String, Integer> keyIds;
  private final Journal journal;
  private final Side secondary;
  private final ReadPosition position;
  private final HeldTables held;
  private final Map<String, TableWalk> underWay = new LinkedHashMap<>();
  private int begun;

  Walks(
      Map<String, TablePair> tables,
      Map<String, Integer> keyIds,
      Journal journal,
      Side secondary,
      ReadPosition position,
      HeldTables held) {
    this.tables = tables;
    this.keyIds = keyIds;
    this.journal = journal;
    this.secondary = secondary;
    this.position = position;
    this.held = held;
  }

  /**
   * Begins walks over tables that have none under way.
   *
   * @param limit entries of one table that a round reads at most
   */
  void begin(LockedCopy copy, Round round, int limit) throws SQLException {
    for (Map.Entry<Round.Range, WholeTable> each : round.ranges().entrySet()) {
      String table = each.getKey().table();
      TablePair pair = Objects.requireNonNull(tables.get(table));
      if (underWay.containsKey(table)) {
        // The walk may be beyond what these name, and nothing but memory names them.
        round.left.addAll(each.getValue().remembered());
      }
      if (!pair.key().isEmpty()) {
        round.leftToWalks.addAll(each.getValue().journaled());
      }
      if (!pair.key().isEmpty() && !underWay.containsKey(table)) {
        WholeEntries all = journal.readWhole(copy.primary(), table, keyIds.getOrDefault(table, 0));
        if (round.entriesOf(table) >= limit) {
          all.last().ifPresent(last -> position.passOver(table, last, all.underWay()));
        }
        underWay.put(table, new TableWalk(pair, each.getValue().walked(all), secondary));
        begun++;
      }
    }
  }

  /** Those of tables that can be written. */
  List<TableWalk> going() {
    return underWay.values().stream()
        .filter(walk -> !held.holds(walk.table().name().toString()))
        .toList();
  }

  /**
   * The keys of each walk's next step.
   *
   * @param careful whether a table that refuses is held while the others go on
   */
  void step(LockedCopy copy, Round round, boolean careful) throws SQLException {
    for (TableWalk walk : going()) {
      Optional<List<RowKey>> step =
          careful ? carefully(copy, walk) : Optional.of(walk.next(copy, STEP));
      step.ifPresent(
          keys -> {
            round.steps.put(walk, keys);
            round.rowsOf(walk.table()).addAll(keys);
          });
    }
  }

  private Optional<List<RowKey>> carefully(LockedCopy copy, TableWalk walk) throws SQLException {
    Savepoint ofPrimary = copy.primary().setSavepoint();
    Savepoint ofSecondary = copy.secondary().setSavepoint();
    try {
      return Optional.of(walk.next(copy, STEP));
    } catch (SQLException e) {
      if (!Failures.refusesTable(e)) {
        throw e;
      }
      copy.primary().rollback(ofPrimary);
      copy.secondary().rollback(ofSecondary);
      held.hold(walk.table().name().toString(), e);
      return Optional.empty();
    }
  }

  /** A step is committed. */
  void advance(Round round, TableWalk walk, List<RowKey> step) {
    if (walk.advance(step)) {
      String table = walk.table().name().toString();
      underWay.remove(table);
      position.everythingOf(table);
      round.finished.add(walk.standsFor());
    }
  }

  /** Whether walks stand for rows named by memory alone. */
  boolean remember() {
    return underWay.values().stream().anyMatch(walk -> !walk.standsFor().remembered().isEmpty());
  }

  /** Gives up all walks; the rows named by memory alone for which they stood. */
  List<Remembered> forget() {
    List<Remembered> rows =
        underWay.values().stream().flatMap(walk -> walk.standsFor().remembered().stream()).toList();
    underWay.clear();
    return rows;
  }

  /** How many walks have begun. */
  int begun() {
    return begun;
  }
}
