package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.FailurePolicy;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.TableOverride;
import io.dualwrite.jdbc.config.TablesConfig;
import io.dualwrite.jdbc.copy.LockedCopy;
import io.dualwrite.jdbc.delivery.Bed;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables whose key becomes another while entries by the old one wait. */
@WithDatabases
class ChangedKeyTest {
  private static final String PENDING = "SELECT count(*) FROM dualwrite.journal";

  private final TestDatabases dbs;

  ChangedKeyTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  private DualWriteDataSource open(MigrationConfig config) throws SQLException {
    DualWriteDataSource ds =
        DualWriteDataSource.builder()
            .config(config)
            .source(dbs.source())
            .target(dbs.target())
            .build();
    Awaitility.await().until(() -> ds.migration().delivery().lane("public.t").isPresent());
    return ds;
  }

  private static MigrationConfig config(FailurePolicy policy) {
    return MigrationConfig.builder("test").failurePolicy(policy).build();
  }

  private static MigrationConfig keyed(String... columns) {
    return MigrationConfig.builder("test")
        .tables(
            new TablesConfig(
                List.of("public.*"),
                List.of(),
                Map.of("public.t", TableOverride.builder().key(columns).build())))
        .build();
  }

  private void run(DualWriteDataSource ds, String... statements) throws SQLException {
    try (Connection c = ds.getConnection();
        Statement s = c.createStatement()) {
      for (String sql : statements) {
        s.execute(sql);
      }
    }
  }

  private void drained() {
    Awaitility.await().until(() -> "0".equals(dbs.queryValue(dbs.source(), PENDING)));
  }

  private void everythingArrived() throws SQLException {
    dbs.assertSameRows("SELECT * FROM t ORDER BY a, b");
    assertThat(dbs.queryValue(dbs.source(), "SELECT count(*) FROM dualwrite.set_aside"))
        .isEqualTo("0");
  }

  private void change(DualWriteDataSource ds) throws SQLException {
    run(
        ds,
        "UPDATE t SET v = 'new' WHERE a = 1",
        "DELETE FROM t WHERE a = 4",
        "INSERT INTO t VALUES (9, 3, 'more')");
  }

  private void table(String key) throws SQLException {
    dbs.executeOnBoth(
        "CREATE TABLE t (a int NOT NULL, b int NOT NULL, v text" + key + ")",
        "INSERT INTO t VALUES (1, 2, 'x'), (2, 1, 'y'), (4, 9, 'gone')");
  }

  @ParameterizedTest
  @ValueSource(strings = {"b", "b, a"})
  @Guarantee("G1")
  void writesArriveThoughThePrimaryKeyBecameAnother(String key) throws Exception {
    table(", PRIMARY KEY (a)");
    Bed bed = new Bed(dbs, config(FailurePolicy.RECOVER));
    try (DualWriteDataSource ds = open(bed.config)) {
      try (LockedCopy nobodyDelivers = LockedCopy.begin(bed.context(), bed.lane("public.t"))) {
        change(ds);
        dbs.executeOnBoth(
            "ALTER TABLE t DROP CONSTRAINT t_pkey, ADD CONSTRAINT t_pkey PRIMARY KEY ("
                + key
                + ")");
        assertThat(dbs.queryValue(dbs.source(), PENDING)).isEqualTo("3");
      }
      drained();
    }
    everythingArrived();
  }

  @ParameterizedTest
  @ValueSource(strings = {"b", "b a"})
  @Guarantee("G1")
  void writesArriveThoughAnotherKeyIsConfiguredAtTheNextStart(String key) throws Exception {
    table("");
    Bed bed = new Bed(dbs, keyed("a"));
    try (LockedCopy nobodyDelivers = LockedCopy.begin(bed.context(), bed.lane("public.t"));
        DualWriteDataSource ds = open(bed.config)) {
      change(ds);
      assertThat(dbs.queryValue(dbs.source(), PENDING)).isEqualTo("3");
    }
    try (DualWriteDataSource ds = open(keyed(key.split(" ")))) {
      drained();
    }
    everythingArrived();
  }

  @Test
  @Guarantee("G1")
  void entriesThatDoNotSayByWhichKeyStandForTheTable() throws Exception {
    table(", PRIMARY KEY (a)");
    Bed bed = new Bed(dbs, config(FailurePolicy.RECOVER));
    try (LockedCopy nobodyDelivers = LockedCopy.begin(bed.context(), bed.lane("public.t"));
        DualWriteDataSource ds = open(bed.config)) {
      change(ds);
    }
    dbs.execute(
        dbs.source(),
        "UPDATE dualwrite.journal SET key = '{77}'",
        "ALTER TABLE dualwrite.journal DROP COLUMN key_id",
        "ALTER TABLE dualwrite.set_aside DROP COLUMN key_id, DROP COLUMN named");
    try (DualWriteDataSource ds = open(bed.config)) {
      drained();
    }
    everythingArrived();
  }

  @ParameterizedTest
  @EnumSource(names = {"STRICT", "BEST_EFFORT"})
  @Guarantee("G1")
  void otherPoliciesMeetTheNewKey(FailurePolicy policy) throws Exception {
    table(", PRIMARY KEY (a)");
    try (DualWriteDataSource ds = open(config(policy))) {
      run(ds, "UPDATE t SET v = 'z' WHERE a = 2");
      dbs.executeOnBoth(
          "ALTER TABLE t DROP CONSTRAINT t_pkey, ADD CONSTRAINT t_pkey PRIMARY KEY (b)");
      Awaitility.await()
          .ignoreExceptionsMatching(SQLException.class::isInstance)
          .until(
              () -> {
                run(ds, "UPDATE t SET v = 'new' WHERE a = 1");
                return true;
              });
      dbs.awaitSameRows("SELECT * FROM t ORDER BY a, b");
    }
  }
}
