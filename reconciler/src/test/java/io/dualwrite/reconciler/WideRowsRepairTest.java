package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.config.EndpointConfig;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.ReconcilerConfig;
import io.dualwrite.reconciler.compare.Progress;
import io.dualwrite.reconciler.repair.Repair;
import io.dualwrite.reconciler.repair.RepairOptions;
import io.dualwrite.testing.PostgresServer;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Rows of which a step takes only a few, over as many connections as the command opens. */
@WithDatabases
class WideRowsRepairTest {
  private static final String TABLE =
      "create table t (id int primary key, name text unique, doc text)";

  /** 180 rows of 900,000 characters: ten times what one step reads. */
  private static final String ROWS =
      "insert into t select i, 'name ' || i, repeat('x', 900000) from generate_series(1, 180) i";

  private final TwoDatabases two;
  private final MigrationConfig config;

  WideRowsRepairTest(TestDatabases dbs) {
    this.two = new TwoDatabases(dbs);
    this.config =
        MigrationConfig.builder("test")
            .source(endpoint(dbs, dbs.sourceServer()))
            .target(endpoint(dbs, dbs.targetServer()))
            .reconciler(new ReconcilerConfig(Duration.ofHours(1), 1, Duration.ofMinutes(5)))
            .build();
  }

  private static EndpointConfig endpoint(TestDatabases dbs, PostgresServer server) {
    return new EndpointConfig(
        server.jdbcUrl(dbs.database()),
        Optional.of(dbs.username()),
        Optional.of(dbs.password()),
        Map.of());
  }

  private RepairOptions options() {
    return RepairOptions.of(two.options().parallelism(1));
  }

  @Test
  void history() throws SQLException {
    two.both(TABLE);
    two.source(ROWS);

    Repair repair = repair(options());

    assertThat(repair.copied()).isEqualTo(180);
    assertThat(repair.after().inSync()).as("%s", repair).isTrue();
  }

  @Test
  void rowsThatHaveChangedAndOneThatIsRefused() throws SQLException {
    two.both(TABLE, ROWS);
    two.target(
        "update t set doc = left(doc, 899999)",
        "alter table t add check (id <> 77 or length(doc) < 900000)");

    Repair repair = repair(options());

    assertThat(repair.copied()).isEqualTo(179);
    assertThat(repair.tables().get(0).problems())
        .singleElement()
        .asString()
        .startsWith("key 77: ")
        .contains("23514");
    assertThat(repair.after().tables().get(0).changed()).isEqualTo(1);
  }

  @Test
  void aLimitOfChangesIsReachedAndNotExceeded() throws SQLException {
    two.both(TABLE);
    two.source(ROWS);

    Repair repair = repair(options().maxChanges(50));

    assertThat(repair.copied()).isEqualTo(50);
    assertThat(repair.stopped()).isTrue();
    assertThat(repair.after().tables().get(0).missing()).isEqualTo(130);
  }

  private Repair repair(RepairOptions options) {
    try (Databases databases = Databases.open(config, 1)) {
      return new Reconciler(config, databases.source(), databases.target())
          .repair(options, Progress.NONE);
    }
  }
}
