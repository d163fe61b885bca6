package io.dualwrite.jdbc.runtime;

import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.jdbc.wrap.Mirroring.OpenConnection;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether writes are mirrored at the moment, and the gaps that arise while they are not.
 *
 * <p>Going over to pass-through first records the gap (waiting a moment at most), then changes the
 * flag. Coming back changes the flag first, and records the end of the gap once no connection is in
 * a pass-through transaction any more. A gap that cannot be recorded is kept in memory and tried
 * again; only if the process ends before that succeeds is the gap unknown.
 */
final class Mode {
  /** Why writes are not mirrored. */
  enum Reason {
    KILL_SWITCH("kill switch"),
    JOURNAL("journal not writable");

    private final String text;

    Reason(String text) {
      this.text = text;
    }
  }

  /** Where gaps are recorded. */
  interface GapRecord {
    /** Records the beginning, {@code ago} before now; throws if that cannot be done at once. */
    void open(String reason, Duration ago) throws Exception;

    /** Records the end. */
    void close() throws Exception;
  }

  private static final Logger LOG = LoggerFactory.getLogger(Mode.class);

  private final GapRecord gaps;
  private final Runnable paused;
  private final Runnable resumed;
  private final Clock clock;
  private final Set<OpenConnection> connections = ConcurrentHashMap.newKeySet();
  private final Map<Reason, String> reasons = new EnumMap<>(Reason.class);

  private volatile boolean active = true;
  private boolean gapOpen;
  private boolean gapRecorded;
  private boolean gapTold;
  private Instant gapSince = Instant.EPOCH;
  private String gapReason = "";

  Mode(GapRecord gaps, Runnable paused, Runnable resumed, Clock clock) {
    this.gaps = gaps;
    this.paused = paused;
    this.resumed = resumed;
    this.clock = clock;
  }

  boolean active() {
    return active;
  }

  void opened(OpenConnection connection) {
    connections.add(connection);
  }

  void closed(OpenConnection connection) {
    connections.remove(connection);
  }

  /** From now on transactions that begin are not mirrored, for this reason. */
  synchronized void stop(Reason reason, String detail) {
    if (reasons.put(reason, detail) != null) {
      return;
    }
    if (reason == Reason.JOURNAL) {
      LOG.error(
          "{}: {}; writes go to the primary alone from now on (gap recorded). `reconciler status` shows it.",
          reason.text,
          detail);
    } else {
      LOG.warn(
          "{} engaged ({}); writes go to the primary alone from now on (gap recorded)",
          reason.text,
          detail);
    }
    if (reasons.size() == 1) {
      if (!gapOpen) {
        gapOpen = true;
        gapSince = clock.instant();
        gapReason = reason.text;
        recordGap();
      }
      active = false;
      paused.run();
    }
  }

  /** This reason is gone. */
  synchronized void go(Reason reason) {
    if (reasons.remove(reason) != null && reasons.isEmpty()) {
      active = true;
      resumed.run();
      LOG.info("{} over; writes are mirrored again", reason.text);
    }
  }

  /** Whether this reason stands. */
  synchronized boolean stoppedBy(Reason reason) {
    return reasons.containsKey(reason);
  }

  /**
   * To be called now and then: records what could not be recorded, ends a gap whose last
   * transaction is over.
   */
  synchronized void tend() {
    if (gapOpen && !gapRecorded) {
      recordGap();
    }
    if (gapOpen
        && gapRecorded
        && active
        && connections.stream().noneMatch(OpenConnection::inPassThrough)) {
      try {
        gaps.close();
        gapOpen = false;
        gapRecorded = false;
      } catch (Exception e) {
        LOG.debug("The end of a gap could not be recorded yet: {}", described(e));
      }
    }
  }

  /** Whether a gap is open whose beginning is not recorded. */
  synchronized boolean unrecorded() {
    return gapOpen && !gapRecorded;
  }

  private void recordGap() {
    try {
      gaps.open(gapReason, Duration.between(gapSince, clock.instant()));
      gapRecorded = true;
      gapTold = false;
    } catch (Exception e) {
      if (gapTold) {
        return;
      }
      gapTold = true;
      LOG.error("The gap since {} could not be recorded yet: {}", gapSince, described(e));
    }
  }

  /** Of what another thread did, its failure. */
  private static String described(Exception e) {
    return Failures.describe(
        e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e);
  }

  /** What to say of it: {@code mirroring}, or why not. */
  synchronized String describe() {
    return reasons.isEmpty()
        ? "mirroring"
        : String.join("; ", reasons.keySet().stream().map(r -> r.text).toList());
  }
}
