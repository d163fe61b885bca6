package io.dualwrite.jdbc.delivery;

import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.jdbc.schema.TablePair;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many rows are sent as they come in one round of a lane: more while rounds are short, fewer
 * when they take long, since the lane's lock is held meanwhile; and for a while none of a table
 * that refused them.
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
  private int rows = FIRST;
  private long sent;

  boolean isFor(TablePair table) {
    Pause pause = pauses.get(table);
    return pause == null || pause.end().isBefore(Instant.now());
  }

  int rows() {
    return rows;
  }

  /** How many rows were sent so far, those of rounds that failed afterwards included. */
  long sent() {
    return sent;
  }

  /** A round has sent so many rows in so much time. */
  void took(int rowsSent, Duration round) {
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
   * @return whether that was for a row, so that the round is to be done again without
   */
  boolean refused(Collection<TablePair> tables, SQLException failure) {
    rows = LEAST;
    boolean refused = Failures.refusesRow(failure) || Failures.refusesTable(failure);
    if (refused || Failures.isTimeout(failure)) {
      LOG.debug("Rows are copied one by one for a while: {}", Failures.describe(failure));
      tables.forEach(this::pause);
    }
    return refused;
  }

  /**
   * Twice as long each time that it comes soon again: what captures by triggers names updated rows
   * in the same way.
   */
  private void pause(TablePair table) {
    Pause last = pauses.get(table);
    boolean soonAgain = last != null && last.end().plus(last.length()).isAfter(Instant.now());
    Duration length = last != null && soonAgain ? last.length().multipliedBy(2) : FIRST_PAUSE;
    Duration bounded = length.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : length;
    pauses.put(table, new Pause(Instant.now().plus(bounded), bounded));
  }
}
