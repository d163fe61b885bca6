package io.dualwrite.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.dualwrite.jdbc.DualWriteDataSource;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.TablesConfig;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The tests of one client, run twice: on the bare pool and through dualwrite. What a test expects
 * must hold on both. After each test nothing is borrowed from the pool any more, every write was
 * mirrored, and both databases are equal.
 */
@WithDatabases
@ParameterizedClass
@EnumSource(Access.class)
@TestInstance(Lifecycle.PER_CLASS)
abstract class ClientContract {
  private static final String TABLES =
      "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
          + " WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'dualwrite') ORDER BY 1";

  @Parameter private Access access;
  private TestDatabases dbs;
  private HikariDataSource sourcePool;
  private HikariDataSource targetPool;
  private SimpleMeterRegistry registry;
  private DataSource dataSource;

  /** Reaches fresh databases that have the tables of {@code shop.sql}. */
  @BeforeParameterizedClassInvocation(injectArguments = false)
  final void open(TestDatabases databases) throws Exception {
    dbs = databases;
    registry = new SimpleMeterRegistry();
    dbs.executeOnBoth(resource("/shop.sql"));
    sourcePool = pool(dbs.sourceUrl());
    targetPool = pool(dbs.targetUrl());
    dataSource =
        access == Access.BARE
            ? sourcePool
            : DualWriteDataSource.builder()
                .config(MigrationConfig.builder("clients").tables(mirroredTables()).build())
                .source(sourcePool)
                .target(targetPool)
                .meterRegistry(registry)
                .build();
    start(dataSource);
  }

  /** Makes what all tests of the class share of the client. */
  void start(DataSource shared) throws Exception {}

  /** Closes it. */
  void stop() throws Exception {}

  /** What the client is given. */
  final DataSource dataSource() {
    return dataSource;
  }

  final TestDatabases databases() {
    return dbs;
  }

  final boolean wrapped() {
    return access == Access.WRAPPED;
  }

  /** The pool on the source, whoever it is under. */
  final HikariDataSource sourcePool() {
    return sourcePool;
  }

  /** The one value of a query on the source, past the client and dualwrite. */
  final String stored(String sql) throws SQLException {
    return String.valueOf(dbs.queryValue(dbs.source(), sql));
  }

  /** Which tables are mirrored. */
  TablesConfig mirroredTables() {
    return TablesConfig.ALL;
  }

  /** Why writes of this client were not mirrored, since the class began. */
  final Set<String> unmirrored() {
    return registry.find("dualwrite.unmirrored").counters().stream()
        .filter(counter -> counter.count() > 0)
        .map(counter -> String.valueOf(counter.getId().getTag("reason")))
        .collect(Collectors.toSet());
  }

  /** Reasons that are right to be met. */
  Set<String> expectedUnmirrored() {
    return Set.of();
  }

  @AfterEach
  final void bothSidesAreEqual() throws SQLException {
    if (wrapped()) {
      awaitDelivery();
      for (String table : tables()) {
        if (mirroredTables().selects(table)) {
          dbs.assertSameRows("TABLE " + table);
        }
      }
      assertThat(dbs.query(dbs.source(), "TABLE dualwrite.set_aside")).isEmpty();
      assertThat(expectedUnmirrored()).containsAll(unmirrored());
    }
    soon()
        .untilAsserted(
            () -> assertThat(sourcePool.getHikariPoolMXBean().getActiveConnections()).isZero());
    String everything = "TRUNCATE " + String.join(", ", tables()) + " RESTART IDENTITY";
    dbs.executeOnBoth(everything);
  }

  /** Returns when the journal is empty. */
  final void awaitDelivery() {
    soon()
        .untilAsserted(
            () -> assertThat(dbs.query(dbs.source(), "TABLE dualwrite.journal")).isEmpty());
  }

  private static ConditionFactory soon() {
    return await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(10));
  }

  private List<String> tables() throws SQLException {
    return dbs.query(dbs.source(), TABLES).stream()
        .map(row -> String.valueOf(row.get(0)))
        .collect(Collectors.toList());
  }

  @AfterParameterizedClassInvocation(injectArguments = false)
  final void close() throws Exception {
    stop();
    if (dataSource instanceof DualWriteDataSource dualWrite) {
      dualWrite.close();
    }
    sourcePool.close();
    targetPool.close();
  }

  private static HikariDataSource pool(String url) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setMinimumIdle(1);
    return new HikariDataSource(config);
  }

  static String resource(String path) {
    try (InputStream stream = ClientContract.class.getResourceAsStream(path)) {
      if (stream == null) {
        throw new IllegalArgumentException("no resource " + path);
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
