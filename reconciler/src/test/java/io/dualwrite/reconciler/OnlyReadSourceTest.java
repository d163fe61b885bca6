package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.config.CaptureMode;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.reconciler.compare.Comparison;
import io.dualwrite.reconciler.compare.Progress;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** A comparison whose user may only read the source, as long comparisons should be made. */
@WithDatabases
class OnlyReadSourceTest {
  private static final String OPEN =
      "SELECT count(*) FROM dualwrite.gaps WHERE reconciled_at IS NULL";

  private final TestDatabases dbs;
  private final String user;
  private TwoDatabases two;

  OnlyReadSourceTest(TestDatabases dbs) {
    this.dbs = dbs;
    this.user = "reader_" + dbs.database();
  }

  @BeforeEach
  void captureByTriggers() throws SQLException {
    two =
        new TwoDatabases(dbs, MigrationConfig.builder("test").capture(CaptureMode.TRIGGER).build());
    two.both("CREATE TABLE item (id int PRIMARY KEY)", "INSERT INTO item VALUES (1)");
    two.reconciler.init();
    two.reconciler.installTriggers();
    two.source(
        "CREATE ROLE " + user + " LOGIN PASSWORD 'r'",
        "GRANT USAGE ON SCHEMA dualwrite TO " + user,
        "GRANT SELECT ON ALL TABLES IN SCHEMA dualwrite TO " + user,
        "GRANT SELECT ON item TO " + user);
  }

  @AfterEach
  void dropTheUser() throws SQLException {
    two.source("DROP OWNED BY " + user, "DROP ROLE " + user);
  }

  @Test
  void withoutGapsThereIsNothingToWrite() {
    Comparison comparison = asReader();
    assertThat(comparison.inSync()).isTrue();
    assertThat(comparison.kept().notes()).isEmpty();
  }

  @Test
  void gapsStayOpenAndTheResultSaysSo() throws Exception {
    two.reconciler.setKillSwitch(true);
    two.reconciler.setKillSwitch(false);
    assertThat(dbs.queryValue(dbs.source(), OPEN)).isEqualTo("1");
    Comparison comparison = asReader();
    assertThat(comparison.inSync()).isTrue();
    assertThat(comparison.kept().notes())
        .containsExactly(
            "recorded gaps stay open, as source may only be read here: once dualwrite.gaps may be updated,"
                + " a whole comparison that is in sync closes them");
    assertThat(dbs.queryValue(dbs.source(), OPEN)).isEqualTo("1");
    two.source(
        "GRANT UPDATE ON dualwrite.gaps TO " + user,
        "ALTER ROLE " + user + " SET default_transaction_read_only = on");
    assertThat(asReader().kept().notes()).isEqualTo(comparison.kept().notes());
    assertThat(two.compare().kept().notes()).isEmpty();
    assertThat(dbs.queryValue(dbs.source(), OPEN)).isEqualTo("0");
  }

  private Comparison asReader() {
    PGSimpleDataSource reader = new PGSimpleDataSource();
    reader.setUrl(dbs.sourceServer().jdbcUrl(dbs.database()));
    reader.setUser(user);
    reader.setPassword("r");
    return new Reconciler(two.config, reader, dbs.target()).compare(two.options(), Progress.NONE);
  }
}
