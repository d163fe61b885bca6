package io.dualwrite.jdbc.delivery;

import io.dualwrite.DualWriteMetrics;
import io.dualwrite.Side;
import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.jdbc.event.StateChange;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tables of a lane whose entries wait for a while because the secondary's table, or a privilege
 * on it, is not as it should be.
 */
final class HeldTables {
  private static final Logger LOG = LoggerFactory.getLogger(HeldTables.class);
  private static final Duration SAY_AGAIN = Duration.ofMinutes(1);

  private final String migration;
  private final Side secondary;
  private final Duration wait;
  private final DualWriteMetrics metrics;
  private final Map<String, Instant> until = new ConcurrentHashMap<>();
  private final Map<String, Instant> said = new HashMap<>();

  HeldTables(String migration, Side secondary, Duration wait, DualWriteMetrics metrics) {
    this.migration = migration;
    this.secondary = secondary;
    this.wait = wait;
    this.metrics = metrics;
  }

  /** The entries of this table wait from now on. */
  void hold(String table, SQLException failure) {
    if (until.put(table, Instant.now().plus(wait)) == null) {
      metrics.secondaryFailure(table, "table-refused");
    }
    if (isNews(table)) {
      StateChange.TABLE_HELD
          .in(LOG, migration)
          .addKeyValue("table", table)
          .log(
              "delivery: {} cannot be written on the {}: {}. Its entries wait.",
              table,
              secondary.label(),
              Failures.describe(failure));
    }
  }

  /** Lets those go that have waited long enough. */
  void letGo() {
    Instant now = Instant.now();
    until.values().removeIf(end -> end.isBefore(now));
  }

  boolean holds(String table) {
    return until.containsKey(table);
  }

  Set<String> names() {
    return new HashSet<>(until.keySet());
  }

  /** Whether it is to be said now: not again within a minute. */
  boolean isNews(String what) {
    Instant now = Instant.now();
    said.values().removeIf(at -> at.plus(SAY_AGAIN).isBefore(now));
    return said.putIfAbsent(what, now) == null;
  }
}
