package io.dualwrite.jdbc.delivery;

import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.jdbc.schema.TablePair;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many rows of runs are sent as they come in one round of a lane: more while rounds are short,
 * fewer when they take long, since the lane's lock is held meanwhile.
 */
final class Streaming {
  private static final Logger LOG = LoggerFactory.getLogger(Streaming.class);
  private static final int FIRST = 5_000;
  private static final int LEAST = 1_000;
  private static final int MOST = 100_000;
  private static final Duration SHORT = Duration.ofMillis(150);
  private static final Duration LONG = Duration.ofMillis(500);

  private final Set<TablePair> without = new HashSet<>();
  private int rows = FIRST;
  private long sent;

  /** Whether nothing has spoken against it yet for this table. */
  boolean isFor(TablePair table) {
    return !without.contains(table);
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

  /** A round that sent rows of these tables failed: where not by chance, it is not done again. */
  void failed(Collection<TablePair> tables, SQLException failure) {
    rows = LEAST;
    if (Failures.refusesRow(failure) || Failures.refusesTable(failure)) {
      LOG.debug("Rows are named one by one from now on: {}", Failures.describe(failure));
      without.addAll(tables);
    }
  }
}
