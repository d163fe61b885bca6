package io.dualwrite.jdbc.delivery;

import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.jdbc.schema.TablePair;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many rows are sent as they come in one round of a lane: more while rounds are short, fewer
 * when they take long, since the lane's lock is held meanwhile; and for a while none of a table
 * that refused them. Safe for use by several threads.
 */
final class Streaming {
  private static final Logger LOG = LoggerFactory.getLogger(Streaming.class);
  private static final int FIRST = 5_000;
  private static final int LEAST = 1_000;
  private static final int MOST = 100_000;
  private static final Duration SHORT = Duration.ofMillis(150);
  private static final Duration LONG = Duration.ofMillis(500);
  private static final Duration FIRST_PAUSE = Duration.ofMinutes(1);
  private static final Duration LONGEST_PAUSE = Duration.ofHours(1);

  private record Pause(Instant end, Duration length) {}

  private final Map<TablePair, Pause> pauses = new HashMap<>();

  /** Of tables whose single rows were tried. */
  private final Map<TablePair, Pause> ofRows = new HashMap<>();

  private int rows = FIRST;
  private long sent;

  /** Whether rows that a load's entries name are sent as they come. */
  synchronized boolean isFor(TablePair table) {
    return isFor(table, pauses);
  }

  /** Whether rows that entries of their own name are, where there are many. */
  synchronized boolean isForRows(TablePair table) {
    return isFor(table, ofRows);
  }

  private static boolean isFor(TablePair table, Map<TablePair, Pause> pauses) {
    Pause pause = pauses.get(table);
    return pause == null || pause.end().isBefore(Instant.now());
  }

  synchronized int rows() {
    return rows;
  }

  /** How many rows were sent so far, those of rounds that failed afterwards included. */
  synchronized long sent() {
    return sent;
  }

  /** A round has sent so many rows in so much time. */
  synchronized void took(int rowsSent, Duration round) {
    sent += rowsSent;
    if (round.compareTo(SHORT) < 0) {
      rows = Math.min(MOST, rows * 2);
    } else if (round.compareTo(LONG) > 0) {
      rows = Math.max(LEAST, rows / 2);
    }
  }

  /**
   * A round that sent rows of these tables failed.
   *
   * @param trials those of which single rows were tried: it was these most likely
   * @return whether that was for a row, so that the round is to be done again without
   */
  synchronized boolean refused(
      Collection<TablePair> tables, Set<TablePair> trials, SQLException failure) {
    if (trials.isEmpty()) {
      rows = LEAST;
    }
    boolean refused = Failures.refusesRow(failure) || Failures.refusesTable(failure);
    if (refused || Failures.isTimeout(failure)) {
      LOG.debug("Rows are copied one by one for a while: {}", Failures.describe(failure));
      if (trials.isEmpty()) {
        tables.forEach(table -> pause(table, pauses));
      } else {
        trials.forEach(table -> pause(table, ofRows));
      }
    }
    return refused;
  }

  /**
   * Twice as long each time that it comes soon again: what captures by triggers names updated rows
   * in the same way.
   */
  private static void pause(TablePair table, Map<TablePair, Pause> pauses) {
    Pause last = pauses.get(table);
    if (last != null && last.end().isAfter(Instant.now())) {
      return;
    }
    boolean soonAgain = last != null && last.end().plus(last.length()).isAfter(Instant.now());
    Duration length = last != null && soonAgain ? last.length().multipliedBy(2) : FIRST_PAUSE;
    Duration bounded = length.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : length;
    pauses.put(table, new Pause(Instant.now().plus(bounded), bounded));
  }
}
