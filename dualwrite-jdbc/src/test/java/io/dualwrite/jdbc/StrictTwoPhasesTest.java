package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.FailurePolicy;
import io.dualwrite.KillSwitch;
import io.dualwrite.ManualKillSwitch;
import io.dualwrite.jdbc.delivery.DeliveryProbe;
import io.dualwrite.jdbc.delivery.DeliveryProbe.Point;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TcpProxy;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * STRICT in two phases: what the application is told and what both sides hold when messages get
 * lost.
 */
@WithDatabases
class StrictTwoPhasesTest {
  private final TestDatabases dbs;
  private final ManualKillSwitch killSwitch = KillSwitch.manual();
  private final List<Point> passed = new ArrayList<>();

  StrictTwoPhasesTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @BeforeEach
  void tables() throws SQLException {
    dbs.executeOnBoth("CREATE TABLE item (id int PRIMARY KEY, t text)");
  }

  private DualWriteDataSource open(
      DataSource source, DataSource target, Point point, Runnable event) throws SQLException {
    AtomicBoolean first = new AtomicBoolean(true);
    DeliveryProbe probe =
        where -> {
          synchronized (passed) {
            passed.add(where);
          }
          if (where == point && first.getAndSet(false)) {
            event.run();
          }
        };
    DualWriteDataSource ds =
        DualWriteDataSource.builder()
            .config(PatientConfig.builder().failurePolicy(FailurePolicy.STRICT).build())
            .source(source)
            .target(target)
            .killSwitch(killSwitch)
            .probe(probe)
            .build();
    Awaitility.await().until(() -> ds.migration().delivery().lane("public.item").isPresent());
    return ds;
  }

  private static void insert(DataSource ds) throws SQLException {
    try (Connection c = ds.getConnection();
        Statement s = c.createStatement()) {
      s.executeUpdate("INSERT INTO item VALUES (1, 'x')");
    }
  }

  private void awaitSettled(String rows) throws SQLException {
    Awaitility.await()
        .untilAsserted(
            () -> {
              assertThat(
                      dbs.queryValue(
                          dbs.target(),
                          "SELECT count(*) FROM pg_prepared_xacts WHERE database = current_database()"))
                  .isEqualTo("0");
              assertThat(dbs.queryValue(dbs.source(), "SELECT count(*) FROM dualwrite.journal"))
                  .isEqualTo("0");
              dbs.assertSameRows("SELECT * FROM item");
            });
    assertThat(dbs.queryValue(dbs.target(), "SELECT count(*) FROM item")).isEqualTo(rows);
  }

  @Test
  @Guarantee("G1")
  void bothSidesHaveItWhenTheCommitReturns() throws Exception {
    try (DualWriteDataSource ds = open(dbs.source(), dbs.target(), Point.CLEARED, () -> {})) {
      insert(ds);
      dbs.assertSameRows("SELECT * FROM item");
      awaitSettled("1");
      assertThat(passed)
          .containsSubsequence(
              Point.STRICT_WRITTEN,
              Point.STRICT_PREPARED,
              Point.PRIMARY_COMMITTED,
              Point.STRICT_COMMITTED);
    }
  }

  @Test
  @Guarantee("G1")
  void aLostCommitPreparedIsASuccessThatRecoveryFinishes() throws Exception {
    try (TcpProxy proxy = TcpProxy.inFrontOf(dbs.targetServer());
        DualWriteDataSource ds =
            open(dbs.source(), dbs.targetThrough(proxy), Point.PRIMARY_COMMITTED, proxy::cut)) {
      insert(ds);
      awaitSettled("1");
      assertThat(passed).doesNotContain(Point.STRICT_COMMITTED);
    }
  }

  @Test
  @Guarantee("G3")
  void aLostPrimaryIsAFailureAndRolledBackOnceItWasAsked() throws Exception {
    try (TcpProxy proxy = TcpProxy.inFrontOf(dbs.sourceServer());
        DualWriteDataSource ds =
            open(dbs.sourceThrough(proxy), dbs.target(), Point.STRICT_PREPARED, proxy::cut)) {
      assertThatThrownBy(() -> insert(ds))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).startsWith("08"));
      awaitSettled("0");
    }
  }

  @Test
  @Guarantee("G1")
  void anAnswerThatIsLostIsAskedFor() throws Exception {
    try (TcpProxy proxy = TcpProxy.inFrontOf(dbs.sourceServer());
        DualWriteDataSource ds =
            open(
                dbs.sourceThrough(proxy),
                dbs.target(),
                Point.STRICT_PREPARED,
                () -> loseTheNextAnswer(proxy))) {
      assertThatThrownBy(() -> insert(ds))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).startsWith("08"));
      assertThat(dbs.queryValue(dbs.source(), "SELECT count(*) FROM item")).isEqualTo("1");
      awaitSettled("1");
    }
  }

  private void loseTheNextAnswer(TcpProxy proxy) {
    proxy.holdAnswers();
    Thread cut =
        new Thread(
            () -> {
              Awaitility.await()
                  .until(
                      () -> "1".equals(dbs.queryValue(dbs.source(), "SELECT count(*) FROM item")));
              proxy.cut();
              proxy.forward();
            });
    cut.setDaemon(true);
    cut.start();
  }

  @Test
  @Guarantee({"G1", "G9"})
  void theKillSwitchBetweenThePhasesLeavesTheTargetAloneAndTheRowFollowsLater() throws Exception {
    try (DualWriteDataSource ds =
        open(
            dbs.source(),
            dbs.target(),
            Point.STRICT_PREPARED,
            () -> {
              killSwitch.engage();
              // Until the connection that prepared is cut off.
              Awaitility.await()
                  .until(
                      () ->
                          "0"
                              .equals(
                                  dbs.queryValue(
                                      dbs.target(),
                                      "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'PREPARE TRANS%'")));
            })) {
      insert(ds);
      Awaitility.await()
          .until(
              () ->
                  "0"
                      .equals(
                          dbs.queryValue(
                              dbs.target(),
                              "SELECT count(*) FROM pg_prepared_xacts WHERE database = current_database()")));
      assertThat(dbs.queryValue(dbs.target(), "SELECT count(*) FROM item")).isEqualTo("0");
      killSwitch.release();
      awaitSettled("1");
    }
  }

  @Test
  @Guarantee("G3")
  void aRefusalAtThePrimarysCommitIsTheApplicationsAndRolledBackAtOnce() throws Exception {
    dbs.execute(dbs.source(), "INSERT INTO item VALUES (7, '0'), (8, '0')");
    try (DualWriteDataSource ds = open(dbs.source(), dbs.target(), Point.CLEARED, () -> {});
        Connection one = ds.getConnection();
        Connection two = ds.getConnection();
        Statement first = one.createStatement();
        Statement second = two.createStatement()) {
      for (Connection c : List.of(one, two)) {
        c.setAutoCommit(false);
        c.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
      }
      first.executeQuery("SELECT count(*) FROM item").close();
      second.executeQuery("SELECT count(*) FROM item").close();
      first.executeUpdate("UPDATE item SET t = 'one' WHERE id = 7");
      second.executeUpdate("UPDATE item SET t = 'two' WHERE id = 8");
      one.commit();
      assertThatThrownBy(two::commit)
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).startsWith("40"));
      assertThat(dbs.queryValue(dbs.target(), "SELECT count(*) FROM item WHERE id = 8"))
          .isEqualTo("0");
      assertThat(
              dbs.queryValue(
                  dbs.target(),
                  "SELECT count(*) FROM pg_prepared_xacts WHERE database = current_database()"))
          .isEqualTo("0");
    }
  }

  @Test
  void whatTheTargetCannotPrepareTakesOnePhase() throws Exception {
    dbs.execute(
        dbs.target(),
        "CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NOTIFY changed; RETURN NULL; END $$",
        "CREATE TRIGGER tell AFTER INSERT ON item EXECUTE FUNCTION tell()",
        "ALTER TABLE item ENABLE ALWAYS TRIGGER tell");
    try (DualWriteDataSource ds = open(dbs.source(), dbs.target(), Point.CLEARED, () -> {})) {
      insert(ds);
      dbs.assertSameRows("SELECT * FROM item");
      assertThat(passed).doesNotContain(Point.STRICT_PREPARED);
      dbs.execute(ds, "INSERT INTO item VALUES (2, 'at once in one phase')");
      awaitSettled("2");
    }
  }

  @Test
  @Guarantee("G3")
  void whereAllAreInUseBothSidesRollBack() throws Exception {
    try (DualWriteDataSource ds = open(dbs.source(), dbs.target(), Point.CLEARED, () -> {})) {
      int most = Integer.parseInt(dbs.queryValue(dbs.target(), "SHOW max_prepared_transactions"));
      for (int i = 0; i < most; i++) {
        dbs.execute(
            dbs.target(),
            "BEGIN; SELECT pg_current_xact_id(); PREPARE TRANSACTION 'full" + i + "'");
      }
      try {
        assertThatThrownBy(() -> insert(ds))
            .isInstanceOf(SQLTransactionRollbackException.class)
            .hasMessageContaining("max_prepared_transactions");
      } finally {
        for (int i = 0; i < most; i++) {
          dbs.execute(dbs.target(), "ROLLBACK PREPARED 'full" + i + "'");
        }
      }
      awaitSettled("0");
      insert(ds);
      awaitSettled("1");
    }
  }

  @Test
  @Guarantee("G1")
  void aCommitThatClosingCutsOffLeavesNothingPrepared() throws Exception {
    AtomicReference<DualWriteDataSource> opened = new AtomicReference<>();
    AtomicReference<CompletableFuture<Void>> closing = new AtomicReference<>();
    Runnable cutOff =
        () -> {
          DualWriteDataSource ds = opened.get();
          closing.set(
              CompletableFuture.runAsync(
                  () -> {
                    try {
                      ds.close();
                    } catch (SQLException e) {
                      throw new CompletionException(e);
                    }
                  }));
          Awaitility.await().until(() -> !ds.migration().delivery().isRunning());
          // As closing does where a lane does not come to its end.
          ds.migration().delivery().pause();
        };
    DualWriteDataSource ds = open(dbs.source(), dbs.target(), Point.STRICT_PREPARED, cutOff);
    opened.set(ds);
    insert(ds);
    closing.get().get();
    assertThat(
            dbs.queryValue(
                dbs.target(),
                "SELECT count(*) FROM pg_prepared_xacts WHERE database = current_database()"))
        .isEqualTo("0");
    dbs.assertSameRows("SELECT * FROM item");
  }
}
