package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.Delivery;
import io.dualwrite.FailurePolicy;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.UnmirroredPolicy;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Savepoint;
import java.sql.Statement;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@WithDatabases
class DualWriteDataSourceTest {
  private static final String ALL = "SELECT * FROM item ORDER BY id";
  private final TestDatabases dbs;

  DualWriteDataSourceTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @BeforeEach
  void tables() throws SQLException {
    dbs.executeOnBoth(
        "CREATE TABLE item (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text, at timestamptz DEFAULT now())",
        "CREATE TABLE loose (a int, b int)");
  }

  private DualWriteDataSource open(MigrationConfig.Builder config) throws SQLException {
    return DualWriteDataSource.builder()
        .config(config.build())
        .source(dbs.source())
        .target(dbs.target())
        .build();
  }

  private static MigrationConfig.Builder config() {
    return PatientConfig.builder();
  }

  @ParameterizedTest
  @EnumSource(FailurePolicy.class)
  void autoCommitAndTransactionsArriveUnderEveryPolicy(FailurePolicy policy) throws Exception {
    try (DualWriteDataSource ds = open(config().failurePolicy(policy))) {
      awaitTargetSeen(ds);
      try (Connection c = ds.getConnection()) {
        try (PreparedStatement insert =
            c.prepareStatement(
                "INSERT INTO item (name) VALUES (?)", Statement.RETURN_GENERATED_KEYS)) {
          insert.setString(1, "one");
          assertThat(insert.executeUpdate()).isEqualTo(1);
          try (ResultSet keys = insert.getGeneratedKeys()) {
            assertThat(keys.next()).isTrue();
            assertThat(keys.getLong("id")).isEqualTo(1);
          }
        }
        c.setAutoCommit(false);
        try (PreparedStatement insert = c.prepareStatement("INSERT INTO item (name) VALUES (?)")) {
          for (int i = 0; i < 20; i++) {
            insert.setString(1, "batch " + i);
            insert.addBatch();
          }
          assertThat(insert.executeBatch()).hasSize(20).containsOnly(1);
        }
        Savepoint savepoint = c.setSavepoint();
        try (Statement s = c.createStatement()) {
          assertThat(s.executeUpdate("UPDATE item SET name = 'gone' WHERE id < 5")).isEqualTo(4);
          c.rollback(savepoint);
          assertThat(s.executeUpdate("DELETE FROM item WHERE id > 18")).isEqualTo(3);
        }
        c.commit();
        try (Statement s = c.createStatement()) {
          s.executeUpdate("UPDATE item SET name = 'never'");
        }
        c.rollback();
      }
      dbs.awaitSameRows(ALL);
      assertThat(dbs.queryValue(dbs.target(), "SELECT count(*) FROM item WHERE name = 'never'"))
          .isEqualTo("0");
      assertThat(dbs.queryValue(dbs.target(), "SELECT count(*) FROM item")).isEqualTo("18");
    }
  }

  private static void awaitTargetSeen(DualWriteDataSource ds) {
    org.awaitility.Awaitility.await()
        .until(() -> ds.migration().delivery().lane("public.item").isPresent());
  }

  @Test
  @Guarantee("G1")
  void withSyncTheTargetHasItWhenCommitReturns() throws Exception {
    try (DualWriteDataSource ds = open(config().delivery(Delivery.SYNC))) {
      awaitTargetSeen(ds);
      for (int i = 0; i < 20; i++) {
        try (Connection c = ds.getConnection();
            Statement s = c.createStatement()) {
          s.executeUpdate("INSERT INTO item (name) VALUES ('" + i + "')");
        }
        dbs.assertSameRows(ALL);
      }
    }
  }

  @Test
  @Guarantee("G8")
  void whatCannotBeMirroredIsRefusedUnderFail() throws Exception {
    try (DualWriteDataSource ds = open(config().unmirrored(UnmirroredPolicy.FAIL));
        Connection c = ds.getConnection();
        Statement s = c.createStatement()) {
      assertThatThrownBy(() -> s.executeUpdate("INSERT INTO loose VALUES (1, 2)"))
          .isInstanceOf(SQLFeatureNotSupportedException.class)
          .hasMessageContaining("loose")
          .hasMessageContaining("keyless");
      assertThat(dbs.queryValue(dbs.source(), "SELECT count(*) FROM loose")).isEqualTo("0");
    }
  }

  @Test
  @Guarantee("G2")
  void theJournalNamesTheRowWhileTheTargetIsAway() throws Exception {
    try (DualWriteDataSource ds =
            DualWriteDataSource.builder()
                .config(config().build())
                .source(dbs.source())
                .target(unreachable())
                .build();
        Connection c = ds.getConnection();
        Statement s = c.createStatement()) {
      s.executeUpdate("INSERT INTO item (name) VALUES ('a'), ('b')");
      assertThat(
              dbs.query(dbs.source(), "SELECT table_name, key FROM dualwrite.journal ORDER BY at"))
          .containsExactly(
              java.util.List.of("public.item", "{1}"), java.util.List.of("public.item", "{2}"));
    }
    try (DualWriteDataSource ds = open(config())) {
      dbs.awaitSameRows(ALL);
    }
  }

  @Test
  @Guarantee({"G2", "G8"})
  void aTableMadeElsewhereIsMirroredFromItsFirstWriteOn() throws Exception {
    try (DualWriteDataSource ds = open(config());
        Connection c = ds.getConnection();
        Statement s = c.createStatement()) {
      s.executeUpdate("INSERT INTO item (name) VALUES ('a')");
      dbs.executeOnBoth("CREATE TABLE newer (id int PRIMARY KEY)");
      s.executeUpdate("INSERT INTO newer VALUES (1)");
      assertThat(dbs.queryValue(dbs.source(), "SELECT count(*) FROM newer")).isEqualTo("1");
      dbs.awaitSameRows("SELECT * FROM newer");
    }
  }

  @Test
  void metricsTellWhatHappened() throws Exception {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    try (DualWriteDataSource ds =
        DualWriteDataSource.builder()
            .config(config().build())
            .source(dbs.source())
            .target(dbs.target())
            .meterRegistry(registry)
            .build()) {
      try (Connection c = ds.getConnection();
          Statement s = c.createStatement()) {
        s.executeUpdate("INSERT INTO item (name) VALUES ('a')");
        s.executeUpdate("UPDATE item SET name = 'b'");
        assertThatThrownBy(() -> s.executeUpdate("INSERT INTO item (id) VALUES (1)"))
            .isInstanceOf(SQLException.class);
        s.execute("INSERT INTO loose VALUES (1, 1)");
      }
      dbs.awaitSameRows(ALL);
      org.awaitility.Awaitility.await()
          .until(
              () ->
                  registry.find("dualwrite.delivery.rows").tag("table", "public.item").counter()
                          != null
                      && registry.find("dualwrite.delivery.lag").timer() != null);
      assertThat(
              registry
                  .get("dualwrite.writes")
                  .tags(
                      "table",
                      "public.item",
                      "operation",
                      "insert",
                      "side",
                      "source",
                      "outcome",
                      "success")
                  .timer()
                  .count())
          .isEqualTo(1);
      assertThat(
              registry
                  .get("dualwrite.writes")
                  .tags("operation", "insert", "side", "source", "outcome", "failure")
                  .timer()
                  .count())
          .isEqualTo(1);
      assertThat(
              registry
                  .get("dualwrite.writes")
                  .tags("operation", "update", "side", "source", "outcome", "success")
                  .timer()
                  .count())
          .isEqualTo(1);
      assertThat(registry.get("dualwrite.unmirrored").counter().count()).isEqualTo(1);
      assertThat(registry.get("dualwrite.delivery.lag").timer().count()).isPositive();
      assertThat(registry.get("dualwrite.kill.switch").gauge().value()).isZero();
      assertThat(registry.get("dualwrite.phase").gauge()).isNotNull();
      assertThat(registry.get("dualwrite.journal.pending").gauge()).isNotNull();
      assertThat(registry.get("dualwrite.journal.oldest.age").gauge()).isNotNull();
      assertThat(registry.get("resilience4j.circuitbreaker.state").gauges()).isNotEmpty();
    }
  }

  private static javax.sql.DataSource unreachable() {
    var ds = new org.postgresql.ds.PGSimpleDataSource();
    ds.setUrl("jdbc:postgresql://127.0.0.1:1/none");
    ds.setConnectTimeout(1);
    return ds;
  }
}
