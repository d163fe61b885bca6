package io.dualwrite.reconciler;

import io.dualwrite.Side;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.journal.Gaps;
import io.dualwrite.jdbc.journal.Instances;
import io.dualwrite.jdbc.trigger.TriggerGaps;
import io.dualwrite.reconciler.compare.Comparison;
import io.dualwrite.reconciler.compare.Kept;
import io.dualwrite.reconciler.compare.Snapshots;
import io.dualwrite.reconciler.window.SideReadException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What one comparison writes into the primary's recorded gaps. It may be made by a user, or of a
 * server, that may only be read: then the gaps stay open, which is said, and nothing else of it
 * changes. Not safe for use by several threads.
 */
final class GapMarks {
  /** Of a missing privilege, a read-only transaction and a standby. */
  private static final Set<String> ONLY_READ = Set.of("42501", "25006");

  private final Snapshots databases;
  private final ControlTables control;
  private final MigrationConfig config;
  private final Side primary;
  private final List<String> notes = new ArrayList<>();

  GapMarks(Snapshots databases, ControlTables control, MigrationConfig config, Side primary) {
    this.databases = databases;
    this.control = control;
    this.config = config;
    this.primary = primary;
  }

  /** Records the end of gaps of triggers that rested, as far as their transactions are over. */
  void endReleased() {
    write(
        c -> {
          new TriggerGaps(config).endReleased(c);
          return 0;
        });
  }

  /**
   * Marks the gaps that ended before {@code started}, if {@code comparison} looked at everything
   * and found it in sync; also those of instances that were gone by then without closing theirs.
   * How many.
   */
  int reconcile(Comparison comparison, Instant started) {
    if (!comparison.complete() || !comparison.inSync() || !control.exists(primary)) {
      return 0;
    }
    Duration since = Duration.between(started, control.now(primary));
    return write(c -> reconcile(c, started, since));
  }

  private int reconcile(Connection connection, Instant started, Duration since)
      throws SQLException {
    String schema = config.journal().schema();
    Gaps gaps = new Gaps(schema);
    List<Instances.Instance> instances = new Instances(schema).list(connection, config.migration());
    int reconciled = 0;
    for (Gaps.Gap gap : gaps.unreconciled(connection, config.migration())) {
      boolean over =
          gap.until().isPresent()
              ? gap.until().get().isBefore(started)
              : !gap.isOfTriggers()
                  && instances.stream()
                      .filter(i -> i.name().equals(gap.instance()))
                      .allMatch(
                          i ->
                              i.stopped()
                                  || i.lastSeen().compareTo(since.plus(Instances.ALIVE)) > 0);
      if (over && gaps.reconciled(connection, gap)) {
        reconciled++;
      }
    }
    return reconciled;
  }

  private int write(Snapshots.Read<Integer> write) {
    try {
      return databases.write(primary, write);
    } catch (SideReadException e) {
      if (!ONLY_READ.contains(String.valueOf(e.failure().getSQLState()))) {
        throw e;
      }
      String note =
          "recorded gaps stay open, as "
              + primary.label()
              + " may only be read here: once "
              + config.journal().schema()
              + ".gaps may be updated, a whole comparison that is in sync closes them";
      if (!notes.contains(note)) {
        notes.add(note);
      }
      return 0;
    }
  }

  /** The same with what could not be written. */
  Kept and(Kept kept) {
    List<String> all = new ArrayList<>(kept.notes());
    all.addAll(notes);
    return new Kept(kept.run(), all, kept.notTakenBack());
  }
}
