package io.dualwrite.jdbc.runtime;

import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.jdbc.journal.Control;
import io.dualwrite.jdbc.journal.ControlSchema;
import io.dualwrite.jdbc.journal.Gaps;
import io.dualwrite.jdbc.journal.Instances;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;
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
  private final String instance = name();
  private boolean createdOnSource;

  Membership(MigrationConfig config, DataSource source) {
    this.config = config;
    this.source = source;
    this.schema = config.journal().schema();
    this.control = new Control(schema);
    this.instances = new Instances(schema);
  }

  private static String name() {
    String host;
    try {
      host = InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      host = "host";
    }
    return host
        + ":"
        + ProcessHandle.current().pid()
        + ":"
        + UUID.randomUUID().toString().substring(0, 8);
  }

  String instance() {
    return instance;
  }

  /** Creates the control schema in the source if it is missing, and registers. */
  Control.State join() throws SQLException {
    try (Connection connection = source.getConnection()) {
      createdOnSource = ControlSchema.create(connection, schema, "source");
      Control.State state = control.register(connection, config.migration(), config.phase());
      instances.beat(connection, config.migration(), instance, "starting");
      return state;
    }
  }

  /**
   * The secondary is there for the first time. Where it knows of this migration although the
   * source's journal had to be created anew, the journal's entries are lost: that is a gap.
   */
  void firstContact(Connection target) throws SQLException {
    try {
      boolean createdOnTarget = ControlSchema.create(target, schema, "target");
      boolean known = !createdOnTarget && control.read(target, config.migration()).isPresent();
      if (createdOnSource && known) {
        LOG.error(
            "migration {}: the source's journal was missing and has been created anew; what it held is a gap now",
            config.migration());
        try (Connection connection = source.getConnection()) {
          Gaps gaps = new Gaps(schema);
          gaps.open(
              connection, config.migration(), instance + ":lost", "journal lost", Duration.ZERO);
          gaps.close(connection, instance + ":lost");
        }
      }
      createdOnSource = false;
      control.register(target, config.migration(), config.phase());
    } catch (SQLException e) {
      LOG.warn(
          "migration {}: no control schema in the target ({}); a lost journal could not be noticed. Run `reconciler init`.",
          config.migration(),
          Failures.describe(e));
    }
  }

  void beat(String state) throws SQLException {
    try (Connection connection = source.getConnection()) {
      instances.beat(connection, config.migration(), instance, state);
    }
  }

  void leave() throws SQLException {
    try (Connection connection = source.getConnection()) {
      instances.stopped(connection, instance);
    }
  }

  /** Whether the control table has the kill switch engaged. */
  boolean killSwitchInTable() {
    try (Connection connection = source.getConnection()) {
      return control
          .read(connection, config.migration())
          .map(Control.State::killSwitch)
          .orElse(false);
    } catch (SQLException e) {
      throw new IllegalStateException(
          "the control table cannot be read: " + Failures.describe(e), e);
    }
  }
}
