package io.dualwrite.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedPostgresServerTest {

  private static EmbeddedPostgresServer server;

  @BeforeAll
  static void start() {
    server =
        EmbeddedPostgresServer.start(
            ServerOptions.forDurability().withSetting("max_prepared_transactions", "7"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void mend() {
    server.thaw();
    if (!server.isRunning()) {
      server.restart();
    }
  }

  @Test
  void restartAfterKillKeepsCommittedRows() throws Exception {
    server.createDatabase("keeps");
    execute("keeps", "CREATE TABLE t (id int)", "INSERT INTO t SELECT generate_series(1, 100)");
    try (Connection open = server.dataSource("keeps").getConnection();
        Statement statement = open.createStatement()) {
      open.setAutoCommit(false);
      statement.execute("INSERT INTO t VALUES (101)");

      server.kill();

      assertThat(server.isRunning()).isFalse();
      assertThatThrownBy(() -> statement.execute("SELECT 1")).isInstanceOf(SQLException.class);
      assertThatThrownBy(() -> one("keeps", "SELECT 1")).hasMessageContaining("refused");
    }

    server.restart();

    assertThat(server.isRunning()).isTrue();
    assertThat(one("keeps", "SELECT count(*) FROM t")).isEqualTo("100");
  }

  @Test
  void restartOfOneThatRunsEndsItsSessions() throws Exception {
    try (Connection open = server.dataSource("postgres").getConnection();
        Statement statement = open.createStatement()) {
      server.restart();
      assertThatThrownBy(() -> statement.execute("SELECT 1")).isInstanceOf(SQLException.class);
    }
    assertThat(one("postgres", "SELECT 1")).isEqualTo("1");
  }

  @Test
  void frozenOneIsSilentAndGoesOnWhenThawed() throws Exception {
    try (Connection open = server.dataSource("postgres").getConnection();
        Statement statement = open.createStatement()) {
      open.setNetworkTimeout(Runnable::run, 10_000);
      server.freeze();
      assertThat(server.isRunning()).isFalse();
      String impatient = server.jdbcUrl("postgres") + "?loginTimeout=1";
      assertThatThrownBy(
              () -> DriverManager.getConnection(impatient, server.username(), server.password()))
          .isInstanceOf(SQLException.class);

      server.thaw();
      assertThat(server.isRunning()).isTrue();
      assertThat(statement.execute("SELECT 1")).isTrue();
    }
  }

  @Test
  void frozenOneCanBeKilled() {
    server.freeze();
    server.kill();
    assertThat(server.isRunning()).isFalse();
  }

  @Test
  void durableOneWaitsForTheDisk() throws Exception {
    assertThat(one("postgres", "SHOW fsync")).isEqualTo("on");
    assertThat(one("postgres", "SHOW synchronous_commit")).isEqualTo("on");
    assertThat(one("postgres", "SHOW full_page_writes")).isEqualTo("on");
    assertThat(one("postgres", "SHOW max_connections")).isEqualTo("200");
    assertThat(one("postgres", "SHOW max_prepared_transactions")).isEqualTo("7");
  }

  @Test
  void directoryOfTheUserStaysWithItsData(@TempDir Path directory) throws Exception {
    ServerOptions options = ServerOptions.forSpeed().withDirectory(directory);
    EmbeddedPostgresServer first = EmbeddedPostgresServer.start(options);
    first.createDatabase("stays");
    first.close();
    assertThat(first.isRunning()).isFalse();

    try (EmbeddedPostgresServer second = EmbeddedPostgresServer.start(options)) {
      second.dataSource("stays").getConnection().close();
      assertThat(Files.readString(second.log())).contains("database system was shut down");
    }
  }

  @Test
  void portThatIsTakenIsNamed() {
    ServerOptions options = ServerOptions.forSpeed().withPort(server.port());
    assertThatThrownBy(() -> EmbeddedPostgresServer.start(options))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("port " + server.port() + " is taken by another process");
  }

  @Test
  void settingThatTheServerRefusesIsShownFromItsLog() {
    ServerOptions options =
        ServerOptions.forSpeed()
            .withSetting("max_connections", "many")
            .withStartTimeout(Duration.ofSeconds(2));
    assertThatThrownBy(() -> EmbeddedPostgresServer.start(options))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("invalid value for parameter \"max_connections\": \"many\"");
  }

  private static void execute(String database, String... statements) throws SQLException {
    try (Connection connection = server.dataSource(database).getConnection();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private static String one(String database, String sql) throws SQLException {
    try (Connection connection = server.dataSource(database).getConnection();
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      result.next();
      return result.getString(1);
    }
  }
}
