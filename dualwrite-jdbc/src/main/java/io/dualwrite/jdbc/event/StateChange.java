package io.dualwrite.jdbc.event;

import org.slf4j.Logger;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * A change of state that is logged when it happens: once, whatever the number of writes that meet
 * it. The event has a message for people and, for programs, key-value pairs: {@code event} (the
 * name, which does not change between versions), {@code migration}, and what the guide lists with
 * it. Never a row's values, never a password.
 */
public enum StateChange {
  /** The migration is at work in this process. */
  STARTED("migration.started", Level.INFO),
  /** This process has left it in order. */
  STOPPED("migration.stopped", Level.INFO),
  /** The same, with entries left in the journal. */
  STOPPED_WITH_REST("migration.stopped", Level.WARN),
  /** The control table's phase is another. */
  PHASE_CHANGED("phase.changed", Level.INFO),
  /** The first source has engaged the kill switch. */
  KILL_SWITCH_ENGAGED("kill-switch.engaged", Level.WARN),
  /** No source has it engaged any more. */
  KILL_SWITCH_RELEASED("kill-switch.released", Level.INFO),
  /** Writes go to the primary alone from now on. */
  MIRRORING_STOPPED("mirroring.stopped", Level.WARN),
  /** The same, by a fault. */
  MIRRORING_FAILED("mirroring.stopped", Level.ERROR),
  /** Writes are mirrored again. */
  MIRRORING_RESUMED("mirroring.resumed", Level.INFO),
  /** The beginning of a gap cannot be recorded yet; it is tried until it succeeds. */
  GAP_UNRECORDED("gap.unrecorded", Level.ERROR),
  /** It is recorded now. */
  GAP_RECORDED("gap.recorded", Level.INFO),
  /** The control table could not be read for longer than the configured limit. */
  CONTROL_UNREACHABLE("control.unreachable", Level.ERROR),
  /** It can be read again. */
  CONTROL_REACHABLE("control.reachable", Level.INFO),
  /** The phase of the control table has another primary, which a running instance cannot follow. */
  RESTART_NEEDED("phase.restart-needed", Level.ERROR),
  /** Tables or partitions lack triggers under {@code capture: TRIGGER}. */
  TRIGGERS_MISSING("triggers.missing", Level.ERROR),
  /** Some of them have theirs again. */
  TRIGGERS_RESTORED("triggers.restored", Level.INFO),
  /** A lane's delivery waits for the secondary. */
  DELIVERY_WAITING("delivery.waiting", Level.WARN),
  /** It goes on. */
  DELIVERY_RESUMED("delivery.resumed", Level.INFO),
  /** Delivery catches up slowly, so as not to slow the application's writes. */
  DELIVERY_THROTTLED("delivery.throttled", Level.WARN),
  /** It goes at full speed again. */
  DELIVERY_UNTHROTTLED("delivery.unthrottled", Level.INFO),
  /** The circuit breaker of the secondary has another state. */
  BREAKER_CHANGED("breaker.changed", Level.WARN),
  /** A table's entries wait because the secondary's table is not as it should be. */
  TABLE_HELD("table.held", Level.ERROR),
  /** Entries that the secondary refuses were set aside. */
  SET_ASIDE("entry.set-aside", Level.WARN),
  /** STRICT commits in two phases from now on, or in one. */
  STRICT_FORM("strict.form", Level.INFO),
  /** Transactions that were left prepared on the secondary have been ended. */
  PREPARED_ENDED("prepared.ended", Level.INFO),
  /** One cannot be ended yet, and is old. */
  PREPARED_OLD("prepared.old", Level.WARN),
  /** One cannot be ended by this application. */
  PREPARED_LEFT("prepared.left", Level.ERROR);

  private final String event;
  private final Level level;

  StateChange(String event, Level level) {
    this.event = event;
    this.level = level;
  }

  /** The event's name. */
  public String event() {
    return event;
  }

  /** An event to be given what belongs to it, and logged. */
  public LoggingEventBuilder in(Logger log, String migration) {
    return log.atLevel(level).addKeyValue("event", event).addKeyValue("migration", migration);
  }
}
