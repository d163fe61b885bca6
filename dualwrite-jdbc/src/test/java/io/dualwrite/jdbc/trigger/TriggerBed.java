package io.dualwrite.jdbc.trigger;

import io.dualwrite.Phase;
import io.dualwrite.jdbc.config.CaptureMode;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.journal.Control;
import io.dualwrite.jdbc.journal.ControlSchema;
import io.dualwrite.testing.TestDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;

/** A source with capture by triggers, and what the journal holds. */
public final class TriggerBed {
  private static final String JOURNAL =
      "SELECT concat_ws(' ', table_name, key::text, keys::text, '[' || range_from || ',' || range_to || ']') FROM dualwrite.journal ORDER BY 1";

  private final TestDatabases dbs;
  private final MigrationConfig config;

  public TriggerBed(TestDatabases dbs, MigrationConfig config) {
    this.dbs = dbs;
    this.config = config;
  }

  public TriggerBed(TestDatabases dbs) {
    this(dbs, config().build());
  }

  public static MigrationConfig.Builder config() {
    return MigrationConfig.builder("test").capture(CaptureMode.TRIGGER);
  }

  public MigrationConfig configuration() {
    return config;
  }

  /** What {@code reconciler init} does on the source. */
  public TriggerInstallation.Installed install() throws SQLException {
    return install(dbs.source());
  }

  public TriggerInstallation.Installed install(DataSource as) throws SQLException {
    try (Connection connection = as.getConnection()) {
      ControlSchema.create(connection, config.journal().schema(), "source");
      new Control(config.journal().schema())
          .register(connection, config.migration(), Phase.SOURCE_PRIMARY);
      return new TriggerInstallation(connection, config).install();
    }
  }

  public void run(String... sql) throws SQLException {
    dbs.execute(dbs.source(), sql);
  }

  /** Engages or releases the kill switch in the control table. */
  public void killSwitch(boolean engaged) throws SQLException {
    try (Connection connection = dbs.source().getConnection()) {
      new Control("dualwrite").setKillSwitch(connection, "test", engaged);
    }
  }

  /** The journal's entries, which are taken away. */
  public List<String> taken() throws SQLException {
    List<String> entries = journal();
    dbs.execute(dbs.source(), "DELETE FROM dualwrite.journal");
    return entries;
  }

  public List<String> journal() throws SQLException {
    return dbs.query(dbs.source(), JOURNAL).stream().map(row -> row.get(0)).toList();
  }
}
