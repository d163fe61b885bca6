package io.dualwrite.jdbc.shadow;

import io.dualwrite.ShadowMismatch;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells of mismatches in the log: each query once a minute at most, without values. */
final class MismatchLog {
  private static final Logger LOG = LoggerFactory.getLogger(MismatchLog.class);
  private static final Duration EVERY = Duration.ofMinutes(1);
  private static final int REMEMBERED = 1000;

  private final String migration;
  private final Clock clock;
  private final Map<String, Instant> told =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Instant> eldest) {
          return size() > REMEMBERED;
        }
      };

  MismatchLog(String migration, Clock clock) {
    this.migration = migration;
    this.clock = clock;
  }

  void tell(ShadowMismatch mismatch, QueryAnswer primary, QueryAnswer secondary) {
    if (isDue(primary.fingerprint())) {
      LOG.warn(
          "migration {}: shadow read {}: the {} answers {} rows, the {} {} rows (compared: {}): {}",
          migration,
          primary.fingerprint(),
          mismatch.primary().label(),
          primary.rows(),
          mismatch.primary().other().label(),
          secondary.rows(),
          primary.compared(),
          primary.sql());
    }
  }

  private synchronized boolean isDue(String query) {
    Instant now = clock.instant();
    Instant last = told.get(query);
    if (last != null && last.plus(EVERY).isAfter(now)) {
      return false;
    }
    told.remove(query);
    told.put(query, now);
    return true;
  }
}
