package io.dualwrite.jdbc.wrap;

import static io.dualwrite.jdbc.wrap.Seen.failing;
import static io.dualwrite.jdbc.wrap.Seen.rows;

import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.Seeds;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Transactions at the same time, and within each other, come out as on bare connections. */
@WithDatabases
@Guarantee("G7")
class IsolationTest {
  private final TestDatabases dbs;
  private SessionParity parity;

  IsolationTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @BeforeEach
  void tables() throws SQLException {
    parity = new SessionParity(dbs);
  }

  /** Two transactions at one level, step by step. */
  private interface Pair {
    void play(Statement one, Statement two, List<Object> seen) throws SQLException;
  }

  private void compare(int level, Pair pair) throws Exception {
    parity.compare(
        (database, seen) -> {
          try (Connection one = database.getConnection();
              Connection two = database.getConnection();
              Statement s1 = one.createStatement();
              Statement s2 = two.createStatement()) {
            for (Connection each : List.of(one, two)) {
              each.setAutoCommit(false);
              each.setTransactionIsolation(level);
              seen.add(each.getTransactionIsolation());
              each.commit();
            }
            pair.play(s1, s2, seen);
            one.rollback();
            two.rollback();
          }
        });
  }

  private static final String READ = "SELECT sum(n) FROM item WHERE id IN (1, 2)";

  @ParameterizedTest
  @ValueSource(ints = {2, 4, 8})
  void whatOthersCommitIsSeenOrNot(int level) throws Exception {
    compare(
        level,
        (one, two, seen) -> {
          rows(one.executeQuery(READ), seen);
          seen.add(two.executeUpdate("UPDATE item SET n = n + 1 WHERE id = 1"));
          seen.add(two.executeUpdate("INSERT INTO item VALUES (6, 'phantom')"));
          two.getConnection().commit();
          rows(one.executeQuery(READ), seen);
          rows(one.executeQuery("SELECT count(*) FROM item"), seen);
          failing(seen, () -> one.executeUpdate("UPDATE item SET n = n + 1 WHERE id = 1"));
          failing(seen, () -> one.getConnection().commit());
          rows(one.executeQuery(READ), seen);
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4, 8})
  void writeSkewIsRefusedWhereItIs(int level) throws Exception {
    compare(
        level,
        (one, two, seen) -> {
          rows(one.executeQuery(READ), seen);
          rows(two.executeQuery(READ), seen);
          failing(seen, () -> one.executeUpdate("UPDATE item SET n = n - 1 WHERE id = 1"));
          failing(seen, () -> two.executeUpdate("UPDATE item SET n = n - 1 WHERE id = 2"));
          failing(seen, () -> one.getConnection().commit());
          failing(seen, () -> two.getConnection().commit());
          two.getConnection().rollback();
          rows(two.executeQuery(READ), seen);
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4, 8})
  void theSnapshotIsTakenByTheSameStatement(int level) throws Exception {
    compare(
        level,
        (one, two, seen) -> {
          one.execute("LOCK TABLE app.item IN SHARE ROW EXCLUSIVE MODE");
          two.executeUpdate("INSERT INTO item VALUES (7, 'before')");
          two.getConnection().commit();
          rows(one.executeQuery("SELECT count(*) FROM item"), seen);
          seen.add(one.executeUpdate("UPDATE item SET n = 9 WHERE id = 7"));
          one.getConnection().commit();
          one.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
          rows(one.executeQuery("SHOW transaction_isolation"), seen);
          rows(one.executeQuery(READ), seen);
          failing(seen, () -> one.execute("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"));
        });
  }

  /** A tree of savepoints, with writes that may fail in between. */
  @Test
  void savepointTrees() throws Exception {
    Seeds.check(
        12,
        random -> {
          long seed = random.nextLong();
          parity.compareOne((c, s, seen) -> savepoints(c, s, seen, new Random(seed)));
        });
  }

  private static void savepoints(Connection c, Statement s, List<Object> seen, Random random)
      throws SQLException {
    c.setAutoCommit(false);
    Deque<Savepoint> open = new ArrayDeque<>();
    for (int step = 0; step < 60; step++) {
      switch (random.nextInt(8)) {
        case 0 -> open.push(random.nextBoolean() ? c.setSavepoint() : c.setSavepoint("s" + step));
        case 1 -> {
          if (!open.isEmpty()) {
            c.rollback(open.peek());
          }
        }
        case 2 -> {
          for (int up = random.nextInt(3); up > 0 && open.size() > 1; up--) {
            open.pop();
          }
          if (!open.isEmpty()) {
            c.releaseSavepoint(open.pop());
          }
        }
        case 3 -> {
          Savepoint before = c.setSavepoint();
          failing(seen, () -> s.executeUpdate("INSERT INTO item VALUES (1, 'twice')"));
          failing(seen, () -> s.executeUpdate("UPDATE item SET n = 0"));
          c.rollback(before);
        }
        case 4 -> {
          if (random.nextInt(4) == 0) {
            open.clear();
            if (random.nextBoolean()) {
              c.commit();
            } else {
              c.rollback();
            }
          }
        }
        case 5 -> {
          int id = 100 + step;
          seen.add(
              s.executeUpdate("INSERT INTO item VALUES (" + id + ", 'new'), (-" + id + ", '')"));
        }
        case 6 ->
            seen.add(s.executeUpdate("DELETE FROM item WHERE id > 5 AND id % 3 = " + step % 3));
        default ->
            seen.add(s.executeUpdate("UPDATE item SET n = n + 1 WHERE id % 4 = " + step % 4));
      }
    }
    c.commit();
    rows(s.executeQuery("SELECT * FROM item ORDER BY id"), seen);
    c.commit();
  }
}
