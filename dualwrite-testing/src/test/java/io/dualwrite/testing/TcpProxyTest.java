package io.dualwrite.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@WithDatabases
class TcpProxyTest {

  private final TestDatabases dbs;
  private final TcpProxy proxy;
  private final Connection connection;
  private final Statement statement;

  TcpProxyTest(TestDatabases dbs) throws SQLException {
    this.dbs = dbs;
    proxy = TcpProxy.inFrontOf(dbs.targetServer());
    dbs.execute(dbs.target(), "CREATE TABLE t (id int)");
    connection = dbs.targetThrough(proxy).getConnection();
    statement = connection.createStatement();
  }

  @AfterEach
  void close() throws SQLException {
    proxy.cut();
    statement.close();
    connection.abort(Runnable::run);
    proxy.close();
  }

  @Test
  void forwardsUntilTheClientIsGone() throws Exception {
    statement.execute("INSERT INTO t SELECT generate_series(1, 100000)");
    assertThat(dbs.query(dbs.targetThrough(proxy), "TABLE t")).hasSize(100_000);
    connection.close();
    await().until(() -> proxy.connections() == 0);
  }

  @Test
  void cutResetsWhatIsOpenAndForwardsWhatComesNext() throws Exception {
    proxy.cut();
    assertThatThrownBy(() -> statement.execute("SELECT 1"))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).startsWith("08"));
    assertThat(dbs.queryValue(dbs.targetThrough(proxy), "SELECT 1")).isEqualTo("1");
  }

  @Test
  void refusedConnectionsFailAtOnce() throws Exception {
    proxy.refuse();
    assertThatThrownBy(() -> dbs.targetThrough(proxy).getConnection())
        .isInstanceOf(SQLException.class);
    proxy.forward();
    assertThat(dbs.queryValue(dbs.targetThrough(proxy), "SELECT 1")).isEqualTo("1");
  }

  @Test
  void blackHoleLetsTheClientRunIntoItsTimeOut() throws Exception {
    connection.setNetworkTimeout(Runnable::run, 300);
    proxy.blackHole();
    assertThatThrownBy(() -> statement.execute("INSERT INTO t VALUES (1)"))
        .isInstanceOf(SQLException.class);
    assertThat(dbs.query(dbs.target(), "TABLE t")).isEmpty();
  }

  @Test
  void abandonedConnectionsAreNeverAnsweredAndNewOnesAre() throws Exception {
    connection.setNetworkTimeout(Runnable::run, 300);
    proxy.abandon();
    assertThatThrownBy(() -> statement.execute("INSERT INTO t VALUES (1)"))
        .hasRootCauseInstanceOf(SocketTimeoutException.class);
    assertThat(dbs.query(dbs.targetThrough(proxy), "TABLE t")).isEmpty();
  }

  @Test
  void heldAnswersLeaveTheClientWithoutTheOutcome() throws Exception {
    connection.setNetworkTimeout(Runnable::run, 2_000);
    proxy.holdAnswers();
    assertThatThrownBy(() -> statement.execute("INSERT INTO t VALUES (1)"))
        .isInstanceOf(SQLException.class);
    assertThat(dbs.query(dbs.target(), "TABLE t")).hasSize(1);
  }

  @Test
  void heldAnswersArriveWhenForwardedAgain() throws Exception {
    connection.setNetworkTimeout(Runnable::run, 30_000);
    proxy.holdAnswers();
    Thread client =
        new Thread(
            () -> {
              try {
                statement.execute("INSERT INTO t VALUES (1)");
              } catch (SQLException e) {
                throw new IllegalStateException(e);
              }
            });
    client.start();
    await().until(() -> dbs.query(dbs.target(), "TABLE t").size() == 1);
    assertThat(client.isAlive()).isTrue();
    proxy.forward();
    client.join();
  }

  @Test
  void delayCountsInBothDirections() throws Exception {
    proxy.delay(Duration.ofMillis(100));
    long start = System.nanoTime();
    statement.execute("SELECT 1");
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isBetween(Duration.ofMillis(200), Duration.ofSeconds(5));
  }
}
