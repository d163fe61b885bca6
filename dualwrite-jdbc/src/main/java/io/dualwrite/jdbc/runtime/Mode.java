package io.dualwrite.jdbc.runtime;

import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.jdbc.event.StateChange;
import io.dualwrite.jdbc.wrap.Mirroring.OpenConnection;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
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
    KILL_SWITCH("kill switch", StateChange.MIRRORING_STOPPED),
    PHASE("phase", StateChange.MIRRORING_STOPPED),
    CONTROL("control table unreachable", StateChange.MIRRORING_FAILED),
    JOURNAL("journal not writable", StateChange.MIRRORING_FAILED);

    private final String text;
    private final StateChange change;

    Reason(String text, StateChange change) {
      this.text = text;
      this.change = change;
    }

    /** For people. */
    String text() {
      return text;
    }

    /** Whether something is wrong, as opposed to an operator's will. */
    boolean isFault() {
      return change == StateChange.MIRRORING_FAILED;
    }
  }

  /** Where gaps are recorded. */
  interface GapRecord {
    /** Records the beginning, {@code ago} before now; throws if that cannot be done at once. */
    void open(String reason, Duration ago) throws Exception;

    /**
     * Records the end of all that were recorded until now. Where that fails, they may have ended or
     * may end still.
     */
    void close() throws Exception;

    /** Whether a beginning was recorded after all of which {@link #open} did not know. */
    default boolean isLeft() {
      return false;
    }

    /** What it means, for the log. */
    default String consequence(boolean recorded) {
      return "writes go to the primary alone ("
          + (recorded ? "gap recorded" : "the gap is yet to be recorded")
          + ")";
    }

    /**
     * Where triggers journal, whatever this process does; their gaps are the database's to record.
     */
    GapRecord BY_TRIGGERS =
        new GapRecord() {
          @Override
          public void open(String reason, Duration ago) {}

          @Override
          public void close() {}

          @Override
          public String consequence(boolean recorded) {
            return "nothing is delivered by this instance; the triggers journal on, unless the control table says otherwise";
          }
        };
  }

  private static final Logger LOG = LoggerFactory.getLogger(Mode.class);

  private final String migration;
  private final GapRecord gaps;
  private final Runnable paused;
  private final Runnable resumed;
  private final Clock clock;
  private final Set<OpenConnection> connections = ConcurrentHashMap.newKeySet();
  private final Map<Reason, Stop> reasons = new EnumMap<>(Reason.class);

  private volatile boolean active = true;
  private boolean gapOpen;
  private boolean gapRecorded;

  /** The end could not be recorded, or it could and nobody knows: what comes now is a new gap. */
  private boolean gapEnding;

  private boolean gapTold;
  private Instant gapSince = Instant.EPOCH;
  private String gapReason = "";

  /** Why writes are not mirrored, and since when. */
  record Stop(Reason reason, String detail, Instant since) {}

  Mode(String migration, GapRecord gaps, Runnable paused, Runnable resumed, Clock clock) {
    this.migration = migration;
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

  /** Begins, unless a reason not to is known already. */
  synchronized void begin() {
    if (reasons.isEmpty()) {
      resumed.run();
    }
  }

  /** From now on transactions that begin are not mirrored, for this reason. */
  synchronized void stop(Reason reason, String detail) {
    Stop before = reasons.get(reason);
    reasons.put(reason, new Stop(reason, detail, before == null ? clock.instant() : before.since));
    if (before != null) {
      return;
    }
    if (reasons.size() == 1) {
      if (!gapOpen || gapEnding) {
        gapOpen = true;
        gapRecorded = false;
        gapEnding = false;
        gapSince = clock.instant();
        gapReason = reason.text;
        recordGap();
      }
      active = false;
      paused.run();
    }
    reason
        .change
        .in(LOG, migration)
        .addKeyValue("reason", reason.text)
        .log(
            "{}: {}; {}. `reconciler status` shows it.",
            reason.text,
            detail,
            gaps.consequence(gapRecorded));
  }

  /** This reason is gone. */
  synchronized void go(Reason reason) {
    if (reasons.remove(reason) != null && reasons.isEmpty()) {
      active = true;
      resumed.run();
      StateChange.MIRRORING_RESUMED
          .in(LOG, migration)
          .addKeyValue("reason", reason.text)
          .log("{} over; writes are mirrored again", reason.text);
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
    if ((gapOpen ? gapRecorded : gaps.isLeft())
        && active
        && connections.stream().noneMatch(OpenConnection::inPassThrough)) {
      gapEnding = gapOpen;
      try {
        gaps.close();
        gapOpen = false;
        gapRecorded = false;
        gapEnding = false;
      } catch (Exception e) {
        LOG.debug("The end of a gap could not be recorded yet: {}", described(e));
      }
    }
  }

  /** Whether anybody writes to the primary alone, or may with a connection that is open. */
  synchronized boolean mayPassBy() {
    return active
        ? connections.stream().anyMatch(OpenConnection::inPassThrough)
        : !connections.isEmpty();
  }

  /** Whether a gap is open whose beginning is not recorded. */
  synchronized boolean unrecorded() {
    return gapOpen && !gapRecorded;
  }

  /**
   * Has the beginning of a gap that is open recorded once more: this process was not heard of for
   * so long that a comparison may have taken it for gone, and the gap for over.
   */
  synchronized void recordAgain() {
    gapRecorded = false;
  }

  private void recordGap() {
    try {
      gaps.open(gapReason, Duration.between(gapSince, clock.instant()));
      gapRecorded = true;
      if (gapTold) {
        gapTold = false;
        StateChange.GAP_RECORDED.in(LOG, migration).log("The gap since {} is recorded", gapSince);
      }
    } catch (Exception e) {
      if (gapTold) {
        return;
      }
      gapTold = true;
      StateChange.GAP_UNRECORDED
          .in(LOG, migration)
          .log("The gap since {} could not be recorded yet: {}", gapSince, described(e));
    }
  }

  /** Why writes are not mirrored; empty while they are. */
  synchronized List<Stop> stops() {
    return List.copyOf(reasons.values());
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
