package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.Delivery;
import io.dualwrite.FailurePolicy;
import io.dualwrite.SecondarySettings;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.delivery.DeliveryEngine;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TcpProxy;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What the application sees while the secondary fails, through a proxy that breaks the connection
 * in several ways.
 */
@WithDatabases
class SecondaryFailureTest {
  private static final String ALL = "SELECT * FROM item ORDER BY id";
  private static final Duration LONG = Duration.ofSeconds(30);
  private final TestDatabases dbs;

  SecondaryFailureTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  enum Failure {
    REFUSED(TcpProxy::refuse),
    CUT(
        proxy -> {
          proxy.cut();
          proxy.refuse();
        }),
    BLACK_HOLE(TcpProxy::blackHole),
    NO_ANSWER(TcpProxy::holdAnswers);

    final Consumer<TcpProxy> happens;

    Failure(Consumer<TcpProxy> happens) {
      this.happens = happens;
    }
  }

  @BeforeEach
  void tables() throws SQLException {
    dbs.executeOnBoth("CREATE TABLE item (id int PRIMARY KEY, n int)");
  }

  private DualWriteDataSource open(TcpProxy proxy, FailurePolicy policy, Delivery delivery)
      throws SQLException {
    return open(proxy, policy, delivery, Duration.ofMillis(400));
  }

  private DualWriteDataSource open(
      TcpProxy proxy, FailurePolicy policy, Delivery delivery, Duration timeout)
      throws SQLException {
    DualWriteDataSource ds =
        DualWriteDataSource.builder()
            .config(
                MigrationConfig.builder("test")
                    .failurePolicy(policy)
                    .delivery(delivery)
                    .secondary(SecondarySettings.defaults().withTimeout(timeout))
                    .build())
            .source(dbs.source())
            .target(dbs.targetThrough(proxy))
            .build();
    Awaitility.await().until(() -> ds.migration().delivery().lane("public.item").isPresent());
    return ds;
  }

  private static void run(DualWriteDataSource ds, String sql) throws SQLException {
    try (Connection c = ds.getConnection();
        Statement s = c.createStatement()) {
      s.executeUpdate(sql);
    }
  }

  /** Under STRICT a target that is slow for a moment is an error that is to be tried again. */
  private static void runWhenPossible(DualWriteDataSource ds, String sql) {
    Awaitility.await()
        .ignoreExceptions()
        .until(
            () -> {
              run(ds, sql);
              return true;
            });
  }

  @ParameterizedTest
  @EnumSource(Failure.class)
  @Guarantee("G6")
  void underRecoverTheApplicationGoesOn(Failure failure) throws Exception {
    try (TcpProxy proxy = TcpProxy.inFrontOf(dbs.targetServer());
        DualWriteDataSource ds = open(proxy, FailurePolicy.RECOVER, Delivery.ASYNC)) {
      run(ds, "INSERT INTO item VALUES (0, 0)");
      failure.happens.accept(proxy);
      for (int i = 1; i <= 50; i++) {
        run(ds, "INSERT INTO item VALUES (" + i + ", 0)");
      }
      run(ds, "UPDATE item SET n = 1 WHERE id < 10");
      assertThat(dbs.queryValue(dbs.source(), "SELECT count(*) FROM item")).isEqualTo("51");
      proxy.cut();
      proxy.forward();
      dbs.awaitSameRows(ALL);
    }
  }

  @ParameterizedTest
  @EnumSource(Failure.class)
  void underSyncCommitReturnsAllTheSame(Failure failure) throws Exception {
    try (TcpProxy proxy = TcpProxy.inFrontOf(dbs.targetServer());
        DualWriteDataSource ds = open(proxy, FailurePolicy.RECOVER, Delivery.SYNC)) {
      failure.happens.accept(proxy);
      run(ds, "INSERT INTO item VALUES (1, 0)");
      assertThat(dbs.queryValue(dbs.source(), "SELECT count(*) FROM item")).isEqualTo("1");
      proxy.cut();
      proxy.forward();
      dbs.awaitSameRows(ALL);
    }
  }

  @ParameterizedTest
  @EnumSource(Failure.class)
  void underStrictBothSidesRollBackAndTheCauseIsNamed(Failure failure) throws Exception {
    try (TcpProxy proxy = TcpProxy.inFrontOf(dbs.targetServer());
        DualWriteDataSource ds = open(proxy, FailurePolicy.STRICT, Delivery.ASYNC)) {
      runWhenPossible(ds, "INSERT INTO item VALUES (1, 0) ON CONFLICT DO NOTHING");
      dbs.assertSameRows(ALL);
      failure.happens.accept(proxy);
      assertThatThrownBy(() -> run(ds, "INSERT INTO item VALUES (2, 0)"))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("target")
          .hasMessageContaining("rolled back");
      try (Connection c = ds.getConnection()) {
        c.setAutoCommit(false);
        try (Statement s = c.createStatement()) {
          s.executeUpdate("UPDATE item SET n = 5");
        }
        assertThatThrownBy(c::commit).isInstanceOf(SQLException.class);
        c.rollback();
      }
      assertThat(dbs.query(dbs.source(), ALL))
          .hasSize(1)
          .first()
          .asList()
          .containsExactly("1", "0");
      assertThat(dbs.queryValue(dbs.source(), "SELECT count(*) FROM dualwrite.journal"))
          .isEqualTo("0");
      proxy.cut();
      proxy.forward();
      runWhenPossible(ds, "INSERT INTO item VALUES (3, 0) ON CONFLICT DO NOTHING");
      dbs.awaitSameRows(ALL);
    }
  }

  @Test
  void underStrictAConstraintOfTheTargetIsTheApplicationsError() throws Exception {
    dbs.execute(dbs.target(), "ALTER TABLE item ADD CONSTRAINT small CHECK (n < 100)");
    try (TcpProxy proxy = TcpProxy.inFrontOf(dbs.targetServer());
        DualWriteDataSource ds = open(proxy, FailurePolicy.STRICT, Delivery.ASYNC, LONG)) {
      assertThatThrownBy(() -> run(ds, "INSERT INTO item VALUES (1, 1000)"))
          .isInstanceOf(SQLException.class)
          .satisfies(e -> assertThat(((SQLException) e).getSQLState()).isEqualTo("23514"))
          .hasMessageContaining("small")
          .hasMessageNotContaining("1000");
      run(ds, "INSERT INTO item VALUES (2, 5)");
      dbs.assertSameRows(ALL);
    }
  }

  @Test
  void underStrictAParentThatIsNotThereYetIsPulledAlong() throws Exception {
    dbs.executeOnBoth("CREATE TABLE child (id int PRIMARY KEY, item int REFERENCES item)");
    dbs.execute(dbs.source(), "INSERT INTO item VALUES (7, 7)");
    try (TcpProxy proxy = TcpProxy.inFrontOf(dbs.targetServer());
        DualWriteDataSource ds = open(proxy, FailurePolicy.STRICT, Delivery.ASYNC, LONG)) {
      run(ds, "INSERT INTO child VALUES (1, 7)");
      dbs.assertSameRows(ALL);
      dbs.assertSameRows("SELECT * FROM child");
    }
  }

  @Test
  void whatWaitsBecauseItsTableIsRefusedIsNotDelivered() throws Exception {
    try (DualWriteDataSource ds =
        DualWriteDataSource.builder()
            .config(MigrationConfig.builder("test").build())
            .source(dbs.source())
            .target(dbs.target())
            .build()) {
      run(ds, "INSERT INTO item VALUES (1, 1)");
      dbs.awaitSameRows("SELECT * FROM item");
      dbs.execute(
          dbs.target(),
          "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '42501'; END $$",
          "CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON item FOR EACH ROW EXECUTE FUNCTION refuse()");
      run(ds, "INSERT INTO item VALUES (2, 2)");
      DeliveryEngine delivery = ds.migration().delivery();
      assertThat(delivery.await(List.of("public.item"), Duration.ofSeconds(10))).isFalse();
      assertThat(delivery.drain(Duration.ofMillis(300))).isFalse();
      dbs.execute(dbs.target(), "DROP TRIGGER refuse ON item");
      dbs.awaitSameRows("SELECT * FROM item ORDER BY id");
      assertThat(delivery.drain(Duration.ofSeconds(10))).isTrue();
    }
  }
}
