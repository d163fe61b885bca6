package io.dualwrite.jdbc.wrap;

import static io.dualwrite.jdbc.wrap.Seen.failing;
import static io.dualwrite.jdbc.wrap.Seen.rows;

import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.postgresql.PGStatement;

/** A session's settings do what they do on the bare connection. */
@WithDatabases
@Guarantee("G7")
class SessionStateTest {
  private final TestDatabases dbs;
  private SessionParity parity;

  SessionStateTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @BeforeEach
  void tables() throws SQLException {
    parity = new SessionParity(dbs);
  }

  @Test
  void namesFollowASearchPathThatIsSetAsARowOrComesBackInAChain() throws Exception {
    parity.compareOne(
        (c, s, seen) -> {
          String update = "UPDATE item SET n = n + 1 WHERE id = 1";
          seen.add(s.executeUpdate(update));
          s.execute("UPDATE pg_settings SET setting = 'app' WHERE name = 'search_path'");
          seen.add(s.executeUpdate(update));
          s.execute("SET search_path = public");
          c.setAutoCommit(false);
          seen.add(s.executeUpdate(update));
          s.execute("SET search_path = app");
          seen.add(s.executeUpdate(update));
          s.execute("ROLLBACK AND CHAIN");
          seen.add(s.executeUpdate(update));
          s.execute("SET LOCAL search_path = app");
          seen.add(s.executeUpdate(update));
          s.execute("COMMIT AND CHAIN");
          seen.add(s.executeUpdate(update));
          c.commit();
          c.setAutoCommit(true);
        });
  }

  @Test
  void namesFollowTheSearchPath() throws Exception {
    parity.compareOne(
        (c, s, seen) -> {
          String update = "UPDATE item SET n = n + 1 WHERE id = 1";
          seen.add(s.executeUpdate(update));
          c.setSchema("app");
          seen.add(c.getSchema());
          seen.add(s.executeUpdate(update));
          s.execute("SET search_path = public");
          seen.add(s.executeUpdate(update));
          rows(s.executeQuery("SELECT set_config('search_path', 'app', false)"), seen);
          seen.add(s.executeUpdate(update));
          c.setAutoCommit(false);
          s.execute("SET LOCAL search_path = public");
          seen.add(s.executeUpdate(update));
          c.commit();
          seen.add(s.executeUpdate(update));
          s.execute("SET search_path = public");
          seen.add(s.executeUpdate(update));
          c.rollback();
          seen.add(s.executeUpdate(update));
          s.execute("SAVEPOINT before");
          s.execute("SET search_path = public");
          seen.add(s.executeUpdate(update));
          s.execute("ROLLBACK TO before");
          seen.add(s.executeUpdate(update));
          c.commit();
          c.setAutoCommit(true);
          s.execute("DO $$ BEGIN SET search_path = public; END $$");
          seen.add(s.executeUpdate(update));
          s.execute("SET search_path = app");
          s.execute("RESET search_path");
          seen.add(s.executeUpdate(update));
          s.execute("SET search_path = nowhere");
          failing(seen, () -> s.executeUpdate(update));
          s.execute("DISCARD ALL");
          seen.add(s.executeUpdate(update));
        });
  }

  @Test
  void aRolesOwnSearchPathHoldsFromItsLogin() throws Exception {
    String role = "path_" + dbs.database();
    String in = "ALTER ROLE CURRENT_USER IN DATABASE " + dbs.database();
    dbs.executeOnBoth(
        "DO $$ BEGIN CREATE ROLE " + role + "; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
        "GRANT USAGE ON SCHEMA app TO " + role,
        "GRANT SELECT, UPDATE ON app.item, item TO " + role,
        "ALTER ROLE " + role + " SET search_path = app");
    try {
      parity.compare(
          (database, seen) -> {
            String update = "UPDATE item SET n = n + 1 WHERE id = 2";
            try (Connection before = database.getConnection();
                Statement s = before.createStatement()) {
              s.execute("SET ROLE " + role);
              seen.add(s.executeUpdate(update));
              s.execute("RESET ROLE");
              s.execute(in + " SET search_path = app");
              seen.add(s.executeUpdate(update));
              try (Connection after = database.getConnection();
                  Statement a = after.createStatement()) {
                rows(a.executeQuery("SHOW search_path"), seen);
                seen.add(a.executeUpdate(update));
              }
              s.execute(in + " RESET search_path");
            }
          });
    } finally {
      dbs.executeOnBoth("DROP OWNED BY " + role);
      dbs.executeOnBoth("DROP ROLE IF EXISTS " + role);
    }
  }

  @Test
  void temporaryTablesHideMirroredOnes() throws Exception {
    parity.compareOne(
        (c, s, seen) -> {
          String update = "UPDATE item SET n = n + 1 WHERE id = 1";
          seen.add(s.executeUpdate(update));
          s.execute("CREATE TEMP TABLE item (id int, n int, extra text)");
          seen.add(s.executeUpdate("INSERT INTO item VALUES (1, 1, 'temporary')"));
          seen.add(s.executeUpdate(update));
          rows(s.executeQuery("SELECT * FROM item"), seen);
          seen.add(s.executeUpdate("UPDATE public.item SET n = 7 WHERE id = 2"));
          s.execute("DROP TABLE item");
          seen.add(s.executeUpdate(update));
          c.setAutoCommit(false);
          s.execute("CREATE TEMP TABLE item (id int, n int) ON COMMIT DROP");
          seen.add(s.executeUpdate("INSERT INTO item VALUES (1, 1)"));
          seen.add(s.executeUpdate(update));
          c.commit();
          seen.add(s.executeUpdate(update));
          s.execute("CREATE TEMP TABLE item AS SELECT 1 AS id, 5 AS n");
          seen.add(s.executeUpdate(update));
          c.rollback();
          seen.add(s.executeUpdate(update));
          c.commit();
          c.setAutoCommit(true);
          s.execute("SELECT hide_item()");
          seen.add(s.executeUpdate("INSERT INTO item VALUES (1, 'temporary')"));
          seen.add(s.executeUpdate("UPDATE app.item SET n = 3"));
          rows(s.executeQuery("SELECT * FROM item"), seen);
          s.execute("DISCARD TEMP");
          seen.add(s.executeUpdate(update));
        });
  }

  @Test
  void timeOutsAreTheApplications() throws Exception {
    parity.compare(
        (database, seen) -> {
          try (Connection c = database.getConnection();
              Statement s = c.createStatement();
              Connection holder = database.getConnection();
              Statement h = holder.createStatement()) {
            holder.setAutoCommit(false);
            h.executeUpdate("UPDATE item SET n = 1 WHERE id = 1");
            s.execute("SET lock_timeout = '300ms'");
            failing(seen, () -> s.executeUpdate("UPDATE item SET n = 2 WHERE id = 1"));
            s.execute("RESET lock_timeout");
            s.execute("SET statement_timeout = '300ms'");
            failing(seen, () -> s.executeUpdate("UPDATE item SET n = 2 WHERE id = 1"));
            s.execute("RESET statement_timeout");
            s.setQueryTimeout(1);
            failing(seen, () -> s.executeUpdate("UPDATE item SET n = 2 WHERE id = 1"));
            s.setQueryTimeout(0);
            c.setAutoCommit(false);
            s.execute("SET LOCAL statement_timeout = '300ms'");
            failing(seen, () -> s.executeUpdate("UPDATE item SET n = 2 WHERE id = 1"));
            c.rollback();
            rows(s.executeQuery("SHOW statement_timeout"), seen);
            holder.commit();
            seen.add(s.executeUpdate("UPDATE item SET n = n + 2 WHERE id = 1"));
            c.commit();
            c.setNetworkTimeout(Runnable::run, 12_345);
            seen.add(c.getNetworkTimeout());
            s.execute("SET idle_in_transaction_session_timeout = '5s'");
            rows(s.executeQuery("SHOW idle_in_transaction_session_timeout"), seen);
            seen.add(s.executeUpdate("UPDATE item SET n = n + 2 WHERE id = 1"));
            c.commit();
          }
        });
  }

  @Test
  void clientInfoAndWarningsAreTheDrivers() throws Exception {
    parity.compareOne(
        (c, s, seen) -> {
          c.setClientInfo("ApplicationName", "parity");
          seen.add(c.getClientInfo("ApplicationName"));
          rows(s.executeQuery("SHOW application_name"), seen);
          Properties info = new Properties();
          info.setProperty("ApplicationName", "parity 2");
          c.setClientInfo(info);
          seen.add(c.getClientInfo());
          seen.add(s.executeUpdate("INSERT INTO part VALUES (10, 1, 10), (11, 1, 11)"));
          for (SQLWarning w = s.getWarnings(); w != null; w = w.getNextWarning()) {
            seen.add(w.getSQLState() + " " + w.getMessage());
          }
          s.clearWarnings();
          seen.add(s.getWarnings() == null);
          try (PreparedStatement p = c.prepareStatement("INSERT INTO part VALUES (?, 1, ?)")) {
            p.setInt(1, 12);
            p.setInt(2, 12);
            seen.add(p.executeUpdate());
            seen.add(p.getWarnings().getMessage());
          }
          s.execute("ROLLBACK");
          seen.add(s.getWarnings().getMessage());
          seen.add(c.getWarnings() == null);
          seen.add(c.isValid(5));
          c.setHoldability(ResultSet.HOLD_CURSORS_OVER_COMMIT);
          seen.add(c.getHoldability());
          seen.add(c.getTransactionIsolation());
          seen.add(c.getTypeMap());
        });
  }

  @Test
  void notificationsArriveWithTheCommit() throws Exception {
    parity.compare(
        (database, seen) -> {
          try (Connection listener = database.getConnection();
              Statement l = listener.createStatement();
              Connection c = database.getConnection();
              Statement s = c.createStatement()) {
            l.execute("LISTEN news");
            c.setAutoCommit(false);
            s.execute("NOTIFY news, 'one'");
            s.executeUpdate("UPDATE item SET n = 5 WHERE id = 1");
            rows(s.executeQuery("SELECT pg_notify('news', 'two')"), seen);
            seen.add(payloads(listener, 20));
            c.commit();
            seen.add(payloads(listener, 5_000));
            s.execute("NOTIFY news, 'never'");
            c.rollback();
            l.execute("UNLISTEN *");
            seen.add(payloads(listener, 20));
          }
        });
  }

  private static List<String> payloads(Connection connection, int millis) throws SQLException {
    PGNotification[] arrived = connection.unwrap(PGConnection.class).getNotifications(millis);
    return arrived == null
        ? List.of()
        : java.util.Arrays.stream(arrived).map(n -> n.getName() + " " + n.getParameter()).toList();
  }

  @Test
  void cursorsStreamAndOutliveTransactionsAsTheyDo() throws Exception {
    parity.compareOne(
        (c, s, seen) -> {
          c.setAutoCommit(false);
          s.setFetchSize(2);
          try (ResultSet streamed = s.executeQuery("SELECT id FROM item ORDER BY id");
              Statement other = c.createStatement()) {
            while (streamed.next()) {
              seen.add(
                  other.executeUpdate(
                      "UPDATE item SET n = n + 1 WHERE id = " + streamed.getInt(1)));
            }
          }
          c.commit();
          s.execute("DECLARE held CURSOR WITH HOLD FOR SELECT id, n FROM item ORDER BY id");
          s.execute("DECLARE gone CURSOR FOR SELECT id FROM item ORDER BY id FOR UPDATE");
          rows(s.executeQuery("FETCH 1 FROM gone"), seen);
          seen.add(s.executeUpdate("UPDATE item SET name = 'current' WHERE CURRENT OF gone"));
          c.commit();
          rows(s.executeQuery("FETCH 2 FROM held"), seen);
          failing(seen, () -> s.executeQuery("FETCH 1 FROM gone"));
          c.rollback();
          rows(s.executeQuery("FETCH ALL FROM held"), seen);
          s.execute("CLOSE held");
          try (Statement holding =
              c.createStatement(
                  ResultSet.TYPE_FORWARD_ONLY,
                  ResultSet.CONCUR_READ_ONLY,
                  ResultSet.HOLD_CURSORS_OVER_COMMIT)) {
            holding.setFetchSize(2);
            ResultSet rows = holding.executeQuery("SELECT id FROM item ORDER BY id");
            rows.next();
            s.executeUpdate("DELETE FROM part WHERE id = 5");
            c.commit();
            rows(rows, seen);
          }
          c.commit();
        });
  }

  @Test
  void rowLocksHoldAndAreSkipped() throws Exception {
    parity.compareTwo(
        (c, s, other, o, seen) -> {
          c.setAutoCommit(false);
          other.setAutoCommit(false);
          rows(s.executeQuery("SELECT id FROM item WHERE id = 1 FOR UPDATE"), seen);
          rows(s.executeQuery("SELECT id FROM item WHERE id = 2 FOR SHARE"), seen);
          rows(s.executeQuery("SELECT id FROM item WHERE id = 3 FOR NO KEY UPDATE"), seen);
          rows(o.executeQuery("SELECT id FROM item ORDER BY id FOR UPDATE SKIP LOCKED"), seen);
          other.rollback();
          rows(o.executeQuery("SELECT id FROM item ORDER BY id FOR KEY SHARE SKIP LOCKED"), seen);
          failing(seen, () -> o.executeQuery("SELECT id FROM item WHERE id = 1 FOR UPDATE NOWAIT"));
          other.rollback();
          seen.add(s.executeUpdate("UPDATE item SET n = 1 WHERE id IN (1, 2)"));
          c.commit();
          rows(o.executeQuery("SELECT id, n FROM item WHERE id = 1 FOR UPDATE NOWAIT"), seen);
          s.execute("LOCK TABLE app.item IN EXCLUSIVE MODE");
          failing(seen, () -> o.execute("LOCK TABLE app.item IN ROW EXCLUSIVE MODE NOWAIT"));
          other.rollback();
          c.commit();
        });
  }

  @Test
  void advisoryLocksAreTheApplicationsAlone() throws Exception {
    parity.compareTwo(
        (c, s, other, o, seen) -> {
          for (String key :
              new String[] {"0", "1", "-1", "2147483647", "1, 2", "9007199254740991"}) {
            rows(s.executeQuery("SELECT pg_try_advisory_lock(" + key + ")"), seen);
            rows(o.executeQuery("SELECT pg_try_advisory_lock(" + key + ")"), seen);
            seen.add(s.executeUpdate("UPDATE item SET n = n + 1 WHERE id = 1"));
            rows(s.executeQuery("SELECT pg_advisory_unlock(" + key + ")"), seen);
          }
          c.setAutoCommit(false);
          s.execute("SELECT pg_advisory_xact_lock(5)");
          seen.add(s.executeUpdate("UPDATE item SET n = n + 1 WHERE id = 1"));
          rows(o.executeQuery("SELECT pg_try_advisory_xact_lock(5)"), seen);
          c.commit();
          rows(o.executeQuery("SELECT pg_try_advisory_xact_lock(5)"), seen);
          rows(
              s.executeQuery(
                  "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"),
              seen);
          c.commit();
        });
  }

  @Test
  void preparedStatementsSurviveWhatDiscardsThem() throws Exception {
    parity.compareOne(
        (c, s, seen) -> {
          try (PreparedStatement p = c.prepareStatement("UPDATE item SET n = ? WHERE id = ?")) {
            p.unwrap(PGStatement.class).setPrepareThreshold(1);
            for (String discard :
                new String[] {
                  "SELECT 1", "DEALLOCATE ALL", "RESET ALL", "DISCARD PLANS", "DISCARD ALL"
                }) {
              p.setInt(1, 4);
              p.setInt(2, 3);
              seen.add(p.executeUpdate());
              s.execute(discard);
              seen.add(p.executeUpdate());
            }
          }
          c.setAutoCommit(false);
          failing(seen, () -> s.execute("DISCARD ALL"));
          c.rollback();
          s.execute("SELECT 1");
          failing(seen, () -> s.execute("DISCARD ALL"));
          c.rollback();
        });
  }

  @Test
  void constraintsAreCheckedWhenTheTransactionSays() throws Exception {
    parity.compareOne(
        (c, s, seen) -> {
          c.setAutoCommit(false);
          failing(seen, () -> s.executeUpdate("INSERT INTO part VALUES (20, 99, 20)"));
          c.rollback();
          s.execute("SET CONSTRAINTS ALL DEFERRED");
          seen.add(s.executeUpdate("INSERT INTO part VALUES (20, 99, 20)"));
          seen.add(s.executeUpdate("INSERT INTO item VALUES (99, 'late')"));
          seen.add(s.executeUpdate("UPDATE part SET pos = 6 - pos WHERE id <= 5"));
          c.commit();
          s.execute("SET CONSTRAINTS ALL DEFERRED");
          seen.add(s.executeUpdate("INSERT INTO part VALUES (21, 98, 21)"));
          failing(seen, c::commit);
          s.execute("SET CONSTRAINTS part_pos_key DEFERRED");
          seen.add(s.executeUpdate("INSERT INTO part VALUES (22, 1, 20)"));
          failing(seen, () -> s.execute("SET CONSTRAINTS ALL IMMEDIATE"));
          c.rollback();
          c.setAutoCommit(true);
          failing(
              seen,
              () ->
                  s.execute(
                      "BEGIN; SET CONSTRAINTS ALL DEFERRED; INSERT INTO part VALUES (23, 97, 23); COMMIT"));
          seen.add(s.executeUpdate("UPDATE part SET pos = 30 - pos"));
        });
  }

  @Test
  void aConnectionThatIsAbortedIsGone() throws Exception {
    parity.compare(
        (database, seen) -> {
          try (Connection c = database.getConnection();
              Statement s = c.createStatement()) {
            c.setAutoCommit(false);
            seen.add(s.executeUpdate("UPDATE item SET n = 1"));
            c.abort(Runnable::run);
            seen.add(c.isClosed());
            failing(seen, () -> s.executeUpdate("UPDATE item SET n = 2"));
            failing(seen, c::commit);
            seen.add(c.isValid(1));
          }
        });
  }
}
