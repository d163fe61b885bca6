package io.dualwrite.jdbc.runtime;

import io.dualwrite.Phase;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.jdbc.journal.Control;
import io.dualwrite.jdbc.journal.ControlSchema;
import io.dualwrite.jdbc.journal.Gaps;
import io.dualwrite.jdbc.journal.Instances;
import io.dualwrite.jdbc.journal.JournalIdentity;
import io.dualwrite.jdbc.journal.Presence;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This process's place in the migration: registration, heartbeat, and what the control table says.
 */
final class Membership {
  private static final Logger LOG = LoggerFactory.getLogger(Membership.class);

  private final MigrationConfig config;
  private final DataSource source;
  private final String schema;
  private final Control control;
  private final Instances instances;
  private final JournalIdentity journals;
  private final String host = hostName();
  private final long pid = ProcessHandle.current().pid();
  private final String instance =
      host + ":" + pid + ":" + UUID.randomUUID().toString().substring(0, 8);
  private volatile boolean createdOnSource;

  /** Held while it says something of itself, so that nothing comes after its leave. */
  private final ReentrantLock telling = new ReentrantLock();

  private boolean left;
  private volatile long toldAt = System.nanoTime();

  Membership(MigrationConfig config, DataSource source) {
    this.config = config;
    this.source = source;
    this.schema = config.journal().schema();
    this.control = new Control(schema);
    this.instances = new Instances(schema);
    this.journals = new JournalIdentity(schema);
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "host";
    }
  }

  String instance() {
    return instance;
  }

  /** Creates the control schema in the source if it is missing, and registers. */
  Control.State join() throws SQLException {
    try (Connection connection = source.getConnection()) {
      createdOnSource = ControlSchema.create(connection, schema, "source");
      Control.State state = control.register(connection, config.migration(), config.phase());
      instances.forget(connection);
      instances.beat(
          connection,
          config.migration(),
          presence(state.phase(), state.epoch(), List.of(), "starting"));
      return state;
    }
  }

  /**
   * The secondary is there for the first time. Where it was used with another journal of the
   * source's, or knows of this migration although the source's journal had to be created just now,
   * that journal's entries are lost: that is a gap.
   *
   * @return false if the gap could not be recorded yet: this is to be called again
   */
  boolean firstContact(Connection ofSource, Connection target) {
    Optional<String> met;
    boolean known;
    try {
      boolean createdOnTarget = ControlSchema.create(target, schema, "target");
      known = !createdOnTarget && control.read(target, config.migration()).isPresent();
      control.register(target, config.migration(), config.phase());
      met = journals.met(target, config.migration());
    } catch (SQLException e) {
      LOG.warn(
          "migration {}: no control schema in the target ({}); a lost journal could not be noticed. Run `reconciler init`.",
          config.migration(),
          Failures.describe(e));
      return true;
    }
    try {
      Optional<String> own = journals.own(ofSource, config.migration());
      if (own.isPresent() && met.isPresent() ? !own.equals(met) : createdOnSource && known) {
        lost(ofSource);
      }
      createdOnSource = false;
      if (own.isPresent() && !own.equals(met)) {
        journals.meet(target, config.migration(), own.get());
      }
      return true;
    } catch (SQLException e) {
      LOG.warn(
          "migration {}: whether the source's journal was lost cannot be settled yet ({}); this is tried again",
          config.migration(),
          Failures.describe(e));
      return false;
    }
  }

  private void lost(Connection ofSource) throws SQLException {
    Gaps gaps = new Gaps(schema);
    gaps.open(ofSource, config.migration(), instance + ":lost", "journal lost", Duration.ZERO);
    gaps.close(ofSource, instance + ":lost");
    LOG.error(
        "migration {}: the source's journal was missing and has been created anew; what it held is a gap now",
        config.migration());
  }

  /** What this instance says of itself. */
  Presence presence(Phase phase, long epoch, List<String> killSwitchBy, String state) {
    return new Presence(
        instance,
        host,
        pid,
        Build.VERSION,
        phase,
        epoch,
        killSwitchBy,
        config.capture().name(),
        config.failurePolicy() + " " + config.delivery(),
        state);
  }

  /**
   * Says that this instance is alive, and what it does; nothing once it has left.
   *
   * @return how long ago it had said so before; empty the first time
   */
  Optional<Duration> beat(Presence presence) throws SQLException {
    telling.lock();
    try {
      if (left) {
        return Optional.of(Duration.ZERO);
      }
      try (Connection connection = source.getConnection()) {
        Optional<Duration> ago = instances.beat(connection, config.migration(), presence);
        toldAt = System.nanoTime();
        return ago;
      }
    } finally {
      telling.unlock();
    }
  }

  /** Whether it could not say so for so long that others take it for gone. */
  boolean isTakenForGone() {
    return System.nanoTime() - toldAt > Instances.ALIVE.toNanos();
  }

  /** All instances. */
  List<Instances.Instance> all() throws SQLException {
    try (Connection connection = source.getConnection()) {
      return instances.list(connection, config.migration());
    }
  }

  /**
   * Sets the kill switch in the control table, for every instance.
   *
   * @throws IllegalStateException if that fails
   */
  void turnKillSwitch(boolean engaged) {
    try (Connection connection = source.getConnection()) {
      if (control.setKillSwitch(connection, config.migration(), engaged).isEmpty()) {
        throw new IllegalStateException("the migration is not in the control table");
      }
    } catch (SQLException e) {
      throw new IllegalStateException(
          "the control table cannot be written: " + Failures.describe(e));
    }
  }

  /** Forgets instances that have long been gone. */
  void forget() throws SQLException {
    try (Connection connection = source.getConnection()) {
      instances.forget(connection);
    }
  }

  /** Says that this instance is gone, after whatever it is saying at the moment. */
  void leave() throws SQLException, InterruptedException {
    telling.lockInterruptibly();
    try {
      left = true;
      try (Connection connection = source.getConnection()) {
        instances.stopped(connection, instance);
      }
    } finally {
      telling.unlock();
    }
  }
}
