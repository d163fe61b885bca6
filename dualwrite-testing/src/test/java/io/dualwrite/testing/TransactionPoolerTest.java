package io.dualwrite.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@WithDatabases
class TransactionPoolerTest {
  private final TestDatabases dbs;
  private TransactionPooler pooler;

  TransactionPoolerTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @BeforeEach
  void open() {
    pooler = TransactionPooler.inFrontOf(dbs.sourceServer(), 2);
  }

  @AfterEach
  void close() {
    pooler.close();
  }

  private Connection connect() throws SQLException {
    return dbs.sourceThrough(pooler).getConnection();
  }

  private static String value(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  @Test
  void aSessionIsAClientsForOneTransaction() throws SQLException {
    try (Connection one = connect();
        Connection two = connect();
        Connection three = connect()) {
      Set<String> sessions = new HashSet<>();
      for (Connection each : new Connection[] {one, two, three, one, two, three, one}) {
        sessions.add(value(each, "SELECT pg_backend_pid()"));
      }
      assertThat(sessions).hasSize(2);
      one.setAutoCommit(false);
      String session = value(one, "SELECT pg_backend_pid()");
      assertThat(value(two, "SELECT pg_backend_pid()")).isNotEqualTo(session);
      assertThat(value(three, "SELECT pg_backend_pid()")).isNotEqualTo(session);
      assertThat(value(one, "SELECT pg_backend_pid()")).isEqualTo(session);
      one.commit();
      assertThat(pooler.switches()).isPositive();
    }
  }

  @Test
  void whatIsSetForASessionMeetsOthers() throws SQLException {
    try (Connection one = connect();
        Connection two = connect()) {
      value(one, "SELECT set_config('app.of', 'one', false)");
      Set<String> seen = new HashSet<>();
      for (int i = 0; i < 4; i++) {
        seen.add(String.valueOf(value(two, "SELECT current_setting('app.of', true)")));
      }
      assertThat(seen).contains("one").hasSize(2);
    }
  }

  @Test
  void whatAClientLeavesBehindIsRolledBack() throws SQLException {
    dbs.execute(dbs.source(), "CREATE TABLE t (id int)");
    try (Connection one = connect();
        Statement statement = one.createStatement()) {
      one.setAutoCommit(false);
      statement.executeUpdate("INSERT INTO t VALUES (1)");
      one.abort(Runnable::run);
    }
    try (Connection two = connect()) {
      for (int i = 0; i < 4; i++) {
        assertThat(value(two, "SELECT count(*) FROM t")).isEqualTo("0");
      }
    }
  }

  @Test
  void queriesAreCancelled() throws SQLException {
    try (Connection one = connect();
        Connection two = connect();
        Statement statement = one.createStatement()) {
      statement.setQueryTimeout(1);
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> statement.execute("SELECT pg_sleep(30)"))
            .isInstanceOfSatisfying(
                SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("57014"));
        assertThat(value(two, "SELECT 1")).isEqualTo("1");
      }
    }
  }
}
