package io.dualwrite.jdbc.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.read.ListAppender;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import io.dualwrite.Phase;
import io.dualwrite.SecondarySettings;
import io.dualwrite.Side;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class DataSourcesTest {

  private static MigrationConfig.Builder config(String source, String target) {
    return MigrationConfig.builder("m")
        .source(EndpointConfig.of(source))
        .target(EndpointConfig.of(target))
        .secondary(SecondarySettings.defaults().withTimeout(Duration.ofMillis(400)));
  }

  @Test
  @WithDatabases
  void poolsReachTheirSides(TestDatabases dbs) throws SQLException {
    MigrationConfig config = config(dbs.sourceUrl(), dbs.targetUrl()).build();
    for (Side side : Side.values()) {
      try (HikariDataSource application = DataSources.ofApplication(config, side);
          HikariDataSource reconciler = DataSources.ofReconciler(config, side)) {
        assertThat(applicationName(application)).isEqualTo("dualwrite m");
        assertThat(applicationName(reconciler)).isEqualTo("dualwrite reconciler");
        assertThat(application.getPoolName()).isEqualTo("dualwrite-m-" + side.label());
      }
    }
  }

  @Test
  @WithDatabases
  void aBrokenConnectionOfTheSecondaryIsLoggedInShort(TestDatabases dbs) throws SQLException {
    MigrationConfig config = config(dbs.sourceUrl(), dbs.targetUrl()).build();
    Logger logger = (Logger) LoggerFactory.getLogger("com.zaxxer.hikari.pool.ProxyConnection");
    ListAppender<ILoggingEvent> logged = new ListAppender<>();
    logged.start();
    logger.addAppender(logged);
    try (HikariDataSource pool = DataSources.ofApplication(config, Side.TARGET);
        Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      assertThatThrownBy(() -> statement.execute("SELECT pg_terminate_backend(pg_backend_pid())"))
          .isInstanceOf(SQLException.class);
    } finally {
      logger.detachAppender(logged);
    }
    assertThat(logged.list).isNotEmpty();
    for (ILoggingEvent event : logged.list) {
      for (IThrowableProxy t = event.getThrowableProxy(); t != null; t = t.getCause()) {
        assertThat(t.getStackTraceElementProxyArray()).isEmpty();
      }
    }
  }

  @Test
  void aSecondaryThatCannotBeReachedIsToldInShort() throws IOException {
    MigrationConfig config = config(refusing(), refusing()).build();
    try (HikariDataSource pool = DataSources.ofApplication(config, Side.TARGET)) {
      assertThatThrownBy(pool::getConnection)
          .cause()
          .isInstanceOf(SQLException.class)
          .satisfies(
              failure -> {
                for (Throwable t = failure; t != null; t = t.getCause()) {
                  assertThat(t.getStackTrace()).isEmpty();
                }
              });
    }
  }

  @Test
  @WithDatabases
  void whatTheFileSaysGoesFirst(TestDatabases dbs) throws SQLException {
    MigrationConfig config =
        config(dbs.sourceUrl(), dbs.targetUrl())
            .target(
                new EndpointConfig(
                    dbs.targetUrl() + "&ApplicationName=mine",
                    Optional.empty(),
                    Optional.empty(),
                    Map.of(
                        "maximumPoolSize", "3", "connectionTimeout", "5000", "minimumIdle", "2")))
            .build();
    try (HikariDataSource pool = DataSources.ofApplication(config, Side.TARGET)) {
      assertThat(pool.getMaximumPoolSize()).isEqualTo(3);
      assertThat(pool.getMinimumIdle()).isEqualTo(2);
      assertThat(pool.getConnectionTimeout()).isEqualTo(5000);
      assertThat(applicationName(pool)).isEqualTo("mine");
    }
  }

  @Test
  @Guarantee("G6")
  void aSecondaryThatIsAwayNeitherFailsNorHoldsUpTheStart() throws IOException {
    // A server that accepts and never answers.
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      String url = "jdbc:postgresql://127.0.0.1:" + silent.getLocalPort() + "/x?user=u&password=p";
      MigrationConfig config = config(url, url).build();
      long start = System.nanoTime();
      try (HikariDataSource pool = DataSources.ofApplication(config, Side.TARGET)) {
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(8));
        long asked = System.nanoTime();
        assertThatThrownBy(pool::getConnection).isInstanceOf(SQLException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(8));
        assertThat(pool.getDataSourceProperties())
            .containsEntry("connectTimeout", "1")
            .containsEntry("socketTimeout", "10");
      }
      MigrationConfig swapped = config(url, url).phase(Phase.TARGET_PRIMARY).build();
      try (HikariDataSource pool = DataSources.ofApplication(swapped, Side.SOURCE)) {
        assertThat(pool.getConnectionTimeout()).isEqualTo(400);
      }
    }
  }

  @Test
  void aPrimaryThatIsAwayFailsTheStart() throws IOException {
    String url = refusing();
    MigrationConfig config = config(url, url).build();
    assertThatThrownBy(() -> DataSources.ofApplication(config, Side.SOURCE).close())
        .isInstanceOf(PoolInitializationException.class)
        .hasMessageNotContaining("p4ss");
  }

  @Test
  void aSideThatIsNotConfiguredIsNamed() {
    MigrationConfig config = MigrationConfig.builder("m").build();
    assertThatThrownBy(() -> DataSources.ofReconciler(config, Side.TARGET))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("target is missing: the configuration does not say how to reach it");
  }

  /** The URL of a port where nobody listens. */
  private static String refusing() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return "jdbc:postgresql://127.0.0.1:" + taken.getLocalPort() + "/x?user=u&password=p4ss";
    }
  }

  private static String applicationName(HikariDataSource pool) throws SQLException {
    try (Connection connection = pool.getConnection();
        var statement = connection.createStatement();
        var row = statement.executeQuery("SHOW application_name")) {
      row.next();
      return row.getString(1);
    }
  }
}
