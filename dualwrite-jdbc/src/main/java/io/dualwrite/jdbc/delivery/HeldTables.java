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
  private final Map<String, Instant> until = new HashMap<>();
  private final Map<String, Instant> said = new HashMap<>();

  /** Let go by the round under way, which may find that they are to be held again. */
  private final Set<String> onTrial = new HashSet<>();

  HeldTables(String migration, Side secondary, Duration wait, DualWriteMetrics metrics) {
    this.migration = migration;
    this.secondary = secondary;
    this.wait = wait;
    this.metrics = metrics;
  }

  /** The entries of this table wait from now on. */
  synchronized void hold(String table, SQLException failure) {
    onTrial.remove(table);
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
  synchronized void letGo() {
    Instant now = Instant.now();
    until.forEach(
        (table, end) -> {
          if (end.isBefore(now)) {
            onTrial.add(table);
          }
        });
    until.keySet().removeAll(onTrial);
  }

  /** The round is over, and has held again what is to be. */
  synchronized void tried() {
    onTrial.clear();
  }

  synchronized boolean holds(String table) {
    return until.containsKey(table);
  }

  /** By any thread: those whose entries wait, or are being tried again. */
  synchronized Set<String> names() {
    Set<String> names = new HashSet<>(onTrial);
    names.addAll(until.keySet());
    return names;
  }

  /** Whether it is to be said now: not again within a minute. */
  synchronized boolean isNews(String what) {
    Instant now = Instant.now();
    said.values().removeIf(at -> at.plus(SAY_AGAIN).isBefore(now));
    return said.putIfAbsent(what, now) == null;
  }
}
