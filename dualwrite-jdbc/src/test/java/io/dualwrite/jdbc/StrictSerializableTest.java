package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.FailurePolicy;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What STRICT knows of its own entries, and that it does not read those of others. */
@WithDatabases
class StrictSerializableTest {
  private static final int SESSIONS = 4;
  private static final int TRANSACTIONS = 25;

  private final TestDatabases dbs;

  StrictSerializableTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  private DualWriteDataSource open(FailurePolicy policy) throws SQLException {
    dbs.executeOnBoth(
        "CREATE TABLE item (id int PRIMARY KEY, n int NOT NULL) WITH (fillfactor = 50)",
        "INSERT INTO item SELECT i, 0 FROM generate_series(1, 4000) i",
        "ANALYZE item");
    DualWriteDataSource ds =
        DualWriteDataSource.builder()
            .config(PatientConfig.builder().failurePolicy(policy).build())
            .source(dbs.source())
            .target(dbs.target())
            .build();
    Awaitility.await().until(() -> ds.migration().delivery().lane("public.item").isPresent());
    return ds;
  }

  /** How many of the sessions' transactions, each on a row of its own, failed. */
  private static int failures(DataSource database) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(SESSIONS);
    try {
      CyclicBarrier together = new CyclicBarrier(SESSIONS);
      List<Future<Integer>> failed = new ArrayList<>();
      for (int session = 0; session < SESSIONS; session++) {
        int first = session * 1000;
        Callable<Integer> work = () -> session(database, first, together);
        failed.add(threads.submit(work));
      }
      int all = 0;
      for (Future<Integer> each : failed) {
        all += each.get();
      }
      return all;
    } finally {
      threads.shutdownNow();
    }
  }

  private static int session(DataSource database, int first, CyclicBarrier together)
      throws Exception {
    int failed = 0;
    try (Connection c = database.getConnection();
        PreparedStatement update = c.prepareStatement("UPDATE item SET n = n + 1 WHERE id = ?")) {
      c.setAutoCommit(false);
      c.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
      for (int i = 1; i <= TRANSACTIONS; i++) {
        together.await(2, TimeUnit.MINUTES);
        try {
          update.setInt(1, first + i * 40);
          update.executeUpdate();
          together.await(2, TimeUnit.MINUTES);
          c.commit();
        } catch (SQLException e) {
          assertThat(e.getSQLState()).as(e.getMessage()).startsWith("40");
          failed++;
          c.rollback();
        }
      }
    }
    return failed;
  }

  @ParameterizedTest
  @EnumSource(FailurePolicy.class)
  void transactionsOnDifferentRowsDoNotConflict(FailurePolicy policy) throws Exception {
    try (DualWriteDataSource ds = open(policy)) {
      int bare = failures(dbs.source());
      dbs.execute(dbs.target(), "TRUNCATE item");
      dbs.execute(dbs.source(), "UPDATE item SET n = 0");
      int mirrored = failures(ds);
      assertThat(mirrored)
          .as("failures out of %d, bare: %d", SESSIONS * TRANSACTIONS, bare)
          .isLessThanOrEqualTo(bare + SESSIONS * TRANSACTIONS / 10);
      dbs.awaitSameRows("SELECT * FROM item WHERE n > 0 ORDER BY id");
    }
  }

  private static String strictly(DualWriteDataSource ds, Work work) throws SQLException {
    try (Connection c = ds.getConnection();
        Statement s = c.createStatement()) {
      c.setAutoCommit(false);
      work.run(c, s);
      c.commit();
    }
    return "SELECT * FROM item ORDER BY id";
  }

  /** Statements of one transaction. */
  @FunctionalInterface
  private interface Work {
    void run(Connection c, Statement s) throws SQLException;
  }

  private void cleared() {
    Awaitility.await()
        .until(
            () ->
                "0".equals(dbs.queryValue(dbs.source(), "SELECT count(*) FROM dualwrite.journal")));
  }

  @Test
  @Guarantee("G1")
  void everyFormOfWriteIsThereAtTheCommit() throws Exception {
    try (DualWriteDataSource ds = open(FailurePolicy.STRICT)) {
      dbs.assertSameRows(
          strictly(
              ds,
              (c, s) -> {
                s.executeUpdate("INSERT INTO item VALUES (5001, 1), (5002, 2)");
                s.execute("INSERT INTO item VALUES (5003, 3) RETURNING id");
                s.executeUpdate(
                    "INSERT INTO item VALUES (5004, 4)", Statement.RETURN_GENERATED_KEYS);
                s.executeUpdate("UPDATE item SET id = 5100 WHERE id = 1");
                s.executeUpdate(
                    "UPDATE item SET id = id + 10000 WHERE id IN (SELECT id FROM item WHERE id = 3)");
                s.executeUpdate(
                    "INSERT INTO item VALUES (2, 9) ON CONFLICT (id) DO UPDATE SET n = EXCLUDED.n");
                s.executeUpdate("DELETE FROM item WHERE id = 4");
                s.addBatch("UPDATE item SET n = 7 WHERE id = 10");
                s.addBatch("UPDATE item SET n = 7 WHERE id = 11");
                s.executeBatch();
              }));
      cleared();
    }
  }

  @Test
  @Guarantee("G3")
  void whatASavepointTookBackIsNotNoted() throws Exception {
    try (DualWriteDataSource ds = open(FailurePolicy.STRICT)) {
      dbs.assertSameRows(
          strictly(
              ds,
              (c, s) -> {
                s.executeUpdate("UPDATE item SET n = 1 WHERE id = 1");
                Savepoint before = c.setSavepoint();
                s.executeUpdate("UPDATE item SET n = 1 WHERE id = 2");
                c.rollback(before);
                s.executeUpdate("UPDATE item SET n = 1 WHERE id = 3");
              }));
      cleared();
    }
  }

  @Test
  @Guarantee("G1")
  void moreThanCanBeNotedIsLookedFor() throws Exception {
    try (DualWriteDataSource ds = open(FailurePolicy.STRICT)) {
      dbs.assertSameRows(strictly(ds, (c, s) -> s.executeUpdate("UPDATE item SET n = 1")));
      cleared();
    }
  }

  @Test
  @Guarantee("G1")
  void aTruncatedTableFollowsAndTheNextCommitKnowsNothingOfIt() throws Exception {
    try (DualWriteDataSource ds = open(FailurePolicy.STRICT)) {
      strictly(
          ds,
          (c, s) -> {
            s.execute("TRUNCATE item");
            s.executeUpdate("INSERT INTO item VALUES (1, 1)");
          });
      cleared();
      dbs.assertSameRows("SELECT * FROM item");
      dbs.assertSameRows(
          strictly(ds, (c, s) -> s.executeUpdate("UPDATE item SET n = 2 WHERE id = 1")));
      cleared();
    }
  }
}
