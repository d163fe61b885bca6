package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.slf4j.LoggerFactory;

/** What connections of the driver share, as it starts and ends. */
@WithDatabases
class SharedMigrationTest {
  private final TestDatabases dbs;
  private final SharedMigrations migrations = new SharedMigrations(Duration.ofMinutes(1));

  SharedMigrationTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  private Connection connect(String more) throws SQLException {
    String url =
        dbs.sourceUrl().replace("jdbc:", "jdbc:dualwrite:")
            + "&dualwrite.target="
            + URLEncoder.encode(dbs.targetUrl(), StandardCharsets.UTF_8)
            + more;
    Connection connection = new DualWriteDriver(migrations).connect(url, new Properties());
    assertThat(connection).isNotNull();
    return connection;
  }

  private String sessions(String condition) {
    try {
      return dbs.queryValue(
          dbs.source(),
          "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
              + " AND application_name LIKE 'dualwrite%' AND "
              + condition);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void whatIsClosedWhileItStartsLeavesNothingRunning() throws Exception {
    dbs.executeOnBoth("CREATE TABLE item (id int PRIMARY KEY)");
    try (Connection blocker = dbs.source().getConnection();
        Statement block = blocker.createStatement();
        Connection connection = connect("&dualwrite.journal.schema=slow");
        Statement insert = connection.createStatement()) {
      blocker.setAutoCommit(false);
      block.execute("CREATE SCHEMA slow");
      CompletableFuture<Boolean> first =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return insert.execute("INSERT INTO item VALUES (1)");
                } catch (SQLException e) {
                  throw new java.util.concurrent.CompletionException(e);
                }
              });
      await().until(() -> sessions("wait_event_type = 'Lock'").equals("1"));
      migrations.closeAll();
      assertThat(migrations.size()).isZero();
      blocker.rollback();
      assertThatThrownBy(() -> first.get(60, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(SQLException.class)
          .hasMessageContaining("was closed while it started");
    }
    await().until(() -> sessions("true").equals("0"));
    assertThat(dbs.query(dbs.source(), "SELECT * FROM item")).isEmpty();
  }

  @Test
  void aBypassIsToldWithoutTheFailureThatHidesTheMigration() throws Exception {
    Logger logger = (Logger) LoggerFactory.getLogger(StartingMirroring.class);
    ListAppender<ILoggingEvent> logged = new ListAppender<>();
    logged.start();
    logger.addAppender(logged);
    try (Connection connection = connect("&dualwrite.phase=TARGET_PRIMARY")) {
      connection.unwrap(PGConnection.class).getLargeObjectAPI();
    } finally {
      logger.detachAppender(logged);
      migrations.closeAll();
    }
    assertThat(logged.list)
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event.getFormattedMessage())
                  .startsWith("not mirrored (bypass): large-object")
                  .contains("TARGET_PRIMARY is not supported");
              assertThat(event.getThrowableProxy()).isNull();
            });
  }

  @Test
  void theEndOfTheProcessWaitsForWhatIsClosingAlready() throws Exception {
    dbs.executeOnBoth("CREATE TABLE item (id int PRIMARY KEY)");
    try (Connection other = dbs.target().getConnection();
        Statement lock = other.createStatement()) {
      try (Connection connection =
              connect("&dualwrite.shutdown.drain-timeout=60s&dualwrite.secondary.timeout=30s");
          Statement insert = connection.createStatement()) {
        insert.execute("INSERT INTO item VALUES (1)");
        dbs.awaitSameRows("SELECT * FROM item");
        other.setAutoCommit(false);
        lock.execute("LOCK TABLE item");
        insert.execute("INSERT INTO item VALUES (2)");
      }
      FutureTask<?> closing = new FutureTask<>(migrations::closeAll, null);
      new Thread(closing).start();
      await().until(() -> migrations.size() == 0);
      assertThat(migrations.holdUpExit()).isTrue();
      FutureTask<?> exit = new FutureTask<>(migrations::closeAll, null);
      new Thread(exit).start();
      assertThat(exit).failsWithin(Duration.ofMillis(300));
      other.rollback();
      exit.get();
      closing.get();
      dbs.assertSameRows("SELECT * FROM item ORDER BY id");
      assertThat(migrations.holdUpExit()).isFalse();
    }
  }
}
