package io.dualwrite.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import io.dualwrite.jdbc.DualWriteDriver;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGConnection;

/** HikariCP over {@code DualWriteDriver}: an application that changes its URL and nothing else. */
@WithDatabases
@TestInstance(Lifecycle.PER_CLASS)
class HikariOverDriverTest {
  private final TestDatabases dbs;

  HikariOverDriverTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @BeforeAll
  void tables() throws SQLException {
    dbs.executeOnBoth(ClientContract.resource("/shop.sql"));
  }

  @AfterEach
  void empty() throws SQLException {
    dbs.executeOnBoth("TRUNCATE customer, stock CASCADE");
  }

  /** As a web container does; until then, delivery goes on for a few seconds. */
  @AfterAll
  void deregister() throws SQLException {
    DriverManager.deregisterDriver(DriverManager.getDriver("jdbc:dualwrite:any.yaml"));
  }

  @Test
  void byUrlAlone() throws SQLException {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(
        dbs.sourceUrl().replace("jdbc:", "jdbc:dualwrite:")
            + "&dualwrite.target="
            + URLEncoder.encode(dbs.targetUrl(), StandardCharsets.UTF_8)
            + "&dualwrite.migration=clients&dualwrite.failure-policy=RECOVER");
    works(config);
  }

  @Test
  void byConfigurationFileAndDriverClass(@TempDir Path directory) throws Exception {
    Path file =
        Files.writeString(
            directory.resolve("dualwrite.yaml"),
            """
            migration: clients
            source: {url: "%s"}
            target: {url: "%s"}
            """
                .formatted(dbs.sourceUrl(), dbs.targetUrl()));
    HikariConfig config = new HikariConfig();
    config.setDriverClassName(DualWriteDriver.class.getName());
    config.setJdbcUrl("jdbc:dualwrite:" + file);
    // A property of PostgreSQL's driver, which it is handed.
    config.addDataSourceProperty("reWriteBatchedInserts", "true");
    works(config);
  }

  @Test
  void aWrongUrlFailsAtStart() {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl("jdbc:dualwrite:/nowhere/dualwrite.yaml");
    assertThatThrownBy(() -> new HikariDataSource(config).close())
        .isInstanceOf(PoolInitializationException.class)
        .hasMessageContaining("/nowhere/dualwrite.yaml");
  }

  private void works(HikariConfig config) throws SQLException {
    config.setMaximumPoolSize(4);
    try (HikariDataSource pool = new HikariDataSource(config)) {
      IntStream.range(0, 40).parallel().forEach(i -> insertCustomer(pool, "c" + i));
      try (Connection connection = pool.getConnection()) {
        assertThat(connection.unwrap(PGConnection.class).getBackendPID()).isPositive();
        connection.setAutoCommit(false);
        try (PreparedStatement insert =
            connection.prepareStatement("INSERT INTO stock (product, quantity) VALUES (?, ?)")) {
          for (int i = 0; i < 100; i++) {
            insert.setString(1, "p" + i);
            insert.setInt(2, i);
            insert.addBatch();
          }
          assertThat(insert.executeBatch()).hasSize(100);
        }
        connection.commit();
        try (Statement statement = connection.createStatement()) {
          assertThat(statement.executeUpdate("DELETE FROM customer")).isEqualTo(40);
        }
        // Given back as it is: the pool rolls back.
      }
      dbs.awaitSameRows("TABLE customer");
      dbs.awaitSameRows("TABLE stock");
      assertThat(dbs.queryValue(dbs.target(), "SELECT count(*) FROM customer")).isEqualTo("40");
    }
  }

  private static void insertCustomer(HikariDataSource pool, String email) {
    try (Connection connection = pool.getConnection();
        PreparedStatement insert =
            connection.prepareStatement(
                "INSERT INTO customer (email, name) VALUES (?, 'C')",
                Statement.RETURN_GENERATED_KEYS)) {
      insert.setString(1, email);
      assertThat(insert.executeUpdate()).isEqualTo(1);
      try (ResultSet keys = insert.getGeneratedKeys()) {
        assertThat(keys.next()).isTrue();
        assertThat(keys.getLong("id")).isPositive();
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
