package io.dualwrite.jdbc.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

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
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
        long asked = System.nanoTime();
        assertThatThrownBy(pool::getConnection).isInstanceOf(SQLException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(3));
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
    int free;
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = taken.getLocalPort();
    }
    String url = "jdbc:postgresql://127.0.0.1:" + free + "/x?user=u&password=p4ss";
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

  private static String applicationName(HikariDataSource pool) throws SQLException {
    try (Connection connection = pool.getConnection();
        var statement = connection.createStatement();
        var row = statement.executeQuery("SHOW application_name")) {
      row.next();
      return row.getString(1);
    }
  }
}
