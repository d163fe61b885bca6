package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.dualwrite.FailurePolicy;
import io.dualwrite.KillSwitch;
import io.dualwrite.ManualKillSwitch;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.journal.AutoCommitOff;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Pools that hand out connections set otherwise than a new one is. */
@WithDatabases
class PoolDefaultsTest {
  private final TestDatabases dbs;

  PoolDefaultsTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @Test
  @Guarantee("G2")
  void withAutoCommitOffEntriesAreClearedAndGapsKept() throws Exception {
    dbs.executeOnBoth("CREATE TABLE item (id int PRIMARY KEY)");
    ManualKillSwitch killSwitch = KillSwitch.manual();
    try (DualWriteDataSource ds =
        DualWriteDataSource.builder()
            .config(MigrationConfig.builder("test").build())
            .source(new AutoCommitOff(dbs.source()))
            .target(new AutoCommitOff(dbs.target()))
            .killSwitch(killSwitch)
            .build()) {
      try (Connection c = ds.getConnection();
          Statement s = c.createStatement()) {
        assertThat(c.getAutoCommit()).isFalse();
        s.executeUpdate("INSERT INTO item VALUES (1)");
        c.commit();
      }
      dbs.awaitSameRows("SELECT * FROM item");
      Awaitility.await().until(() -> count("journal").equals("0"));
      killSwitch.engage();
      assertThat(count("gaps")).isEqualTo("1");
      assertThat(count("control")).isEqualTo("1");
      assertThat(count("instances")).isEqualTo("1");
    }
  }

  @Test
  void aPoolThatResetsNothingGetsItsConnectionsBackAsTheyWere() throws Exception {
    dbs.executeOnBoth("CREATE TABLE item (id int PRIMARY KEY)");
    try (PlainPool source = new PlainPool(dbs.source());
        PlainPool target = new PlainPool(dbs.target())) {
      try (DualWriteDataSource ds =
          DualWriteDataSource.builder()
              .config(MigrationConfig.builder("test").build())
              .source(source)
              .target(target)
              .build()) {
        try (Connection c = ds.getConnection();
            Statement s = c.createStatement()) {
          s.executeUpdate("INSERT INTO item VALUES (1)");
          c.commit();
        }
        dbs.awaitSameRows("SELECT * FROM item");
        Awaitility.await().until(() -> count("journal").equals("0"));
      }
      assertThat(source.settings())
          .containsOnly("auto-commit false, network timeout " + PlainPool.TIMEOUT_MILLIS);
      assertThat(target.settings())
          .containsOnly("auto-commit false, network timeout " + PlainPool.TIMEOUT_MILLIS);
    }
  }

  @Test
  void noStatementNeedsASecondConnection() throws Exception {
    dbs.executeOnBoth("CREATE TABLE item (id int PRIMARY KEY)");
    try (HikariDataSource pool = new HikariDataSource()) {
      pool.setDataSource(dbs.source());
      pool.setMaximumPoolSize(1);
      pool.setConnectionTimeout(1000);
      try (DualWriteDataSource ds =
              DualWriteDataSource.builder()
                  .config(MigrationConfig.builder("test").build())
                  .source(pool)
                  .target(dbs.target())
                  .build();
          Connection c = ds.getConnection();
          Statement s = c.createStatement()) {
        assertThatThrownBy(() -> s.executeUpdate("INSERT INTO item SELECT no_journal FROM item"))
            .isInstanceOf(SQLException.class)
            .hasMessageContaining("no_journal");
        assertThat(ds.migration().describe()).isEqualTo("mirroring");
        s.execute("CREATE TABLE other (id int)");
        s.executeUpdate("INSERT INTO item VALUES (1)");
        assertThat(count("journal")).isEqualTo("1");
      }
    }
  }

  @Test
  void aStrictCommitAsksForNoSecondConnection() throws Exception {
    dbs.executeOnBoth("CREATE TABLE item (id int PRIMARY KEY)");
    Thread application = Thread.currentThread();
    AtomicInteger asked = new AtomicInteger();
    DataSource counting =
        (DataSource)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {DataSource.class},
                (proxy, method, arguments) -> {
                  if (Thread.currentThread() == application
                      && method.getName().equals("getConnection")) {
                    asked.incrementAndGet();
                  }
                  return method.invoke(dbs.source(), arguments);
                });
    try (DualWriteDataSource ds =
        DualWriteDataSource.builder()
            .config(PatientConfig.builder().failurePolicy(FailurePolicy.STRICT).build())
            .source(counting)
            .target(dbs.target())
            .build()) {
      Awaitility.await().until(() -> ds.migration().delivery().lane("public.item").isPresent());
      asked.set(0);
      try (Connection c = ds.getConnection();
          Statement s = c.createStatement()) {
        s.executeUpdate("INSERT INTO item VALUES (1)");
      }
      assertThat(asked).hasValue(1);
      dbs.assertSameRows("SELECT * FROM item");
      Awaitility.await().until(() -> count("journal").equals("0"));
    }
  }

  private String count(String table) throws Exception {
    return String.valueOf(dbs.queryValue(dbs.source(), "SELECT count(*) FROM dualwrite." + table));
  }
}
