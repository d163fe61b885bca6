package io.dualwrite.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.jdbc.config.TablesConfig;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.flywaydb.database.postgresql.PostgreSQLConfigurationExtension;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Flyway on the source through dualwrite, and before that on the target itself. The target gets the
 * schema alone: rows follow by delivery. Each side keeps a history of its own, since a mirrored one
 * would tell the target of migrations that it never had.
 */
class FlywayTest extends ClientContract {
  private static final String PRICES =
      "SELECT string_agg(name || ' ' || price, ',' ORDER BY name) FROM app.item";

  @Override
  TablesConfig mirroredTables() {
    return new TablesConfig(List.of("*.*"), List.of("*.flyway_schema_history"), Map.of());
  }

  @Override
  Set<String> expectedUnmirrored() {
    return Set.of("ddl");
  }

  @BeforeEach
  void nothingMigrated() throws SQLException {
    databases().executeOnBoth("DROP SCHEMA IF EXISTS app CASCADE");
  }

  @Test
  void whatMigrationsWriteIsMirroredAndSoAreTheirTables() throws SQLException {
    migrateBoth("1.1");
    databases().execute(dataSource(), "INSERT INTO app.item (name) VALUES ('between')");
    migrateBoth("2.1");
    migrateBoth("4");
    databases()
        .execute(
            dataSource(),
            "INSERT INTO app.item (name, price) VALUES ('after', 9)",
            "INSERT INTO app.item_price SELECT id, DATE '2025-01-01', 10 FROM app.item",
            "DELETE FROM app.item_price WHERE since < '2024-06-01' AND price > 2");
    assertThat(stored(PRICES)).isEqualTo("SECOND 3.00,after 9.00,between 4.50,first; of all 1.50");
    assertThat(stored("SELECT count(*) FROM app.item_price")).isEqualTo("5");
    onSource("4").validate();
    if (wrapped()) {
      assertThat(unmirrored()).containsExactly("ddl");
    }
  }

  @Test
  void instancesThatStartAtOnceMigrateOnce() throws SQLException {
    onTarget("2").migrate();
    int migrations =
        Stream.of(1, 2, 3)
            .map(
                i ->
                    CompletableFuture.supplyAsync(
                        () -> onSource("2.1").migrate().migrationsExecuted))
            .toList()
            .stream()
            .mapToInt(CompletableFuture::join)
            .sum();
    assertThat(migrations).isEqualTo(4);
    assertThat(stored("SELECT count(*) FROM app.item_price")).isEqualTo("2");
  }

  @Test
  void aMigrationThatFailsLeavesNothing() throws SQLException {
    migrateBoth("2.1");
    assertThatThrownBy(() -> onSource("5").migrate())
        .isInstanceOf(FlywayException.class)
        .hasMessageContaining("22012");
    assertThat(stored("SELECT to_regclass('app.half_done')")).isEqualTo("null");
    assertThat(stored(PRICES)).isEqualTo("SECOND 3.00,first; of all 1.50");
  }

  @Test
  void aScriptThatCreatesATableAndFillsIt() throws SQLException {
    migrateBoth("2.1");
    migrateBoth("4");
    flyway(
            databases().target(),
            "4.1?",
            "classpath:db/flyway/schema",
            "classpath:db/flyway/unfilled")
        .migrate();
    flyway(
            dataSource(),
            "4.1",
            "classpath:db/flyway/schema",
            "classpath:db/flyway/data",
            "classpath:db/flyway/filled")
        .migrate();
    assertThat(stored("SELECT string_agg(name, ',' ORDER BY id) FROM app.kind"))
        .isEqualTo("fruit,vegetable");
    assertThat(
            stored(
                "SELECT string_agg(i.name || ' ' || k.name, ',' ORDER BY i.id)"
                    + " FROM app.item i JOIN app.kind k ON k.id = i.kind_id"))
        .isEqualTo("first; of all fruit,SECOND fruit,leek vegetable");
  }

  /** The target first, so that it has every table and column before rows arrive. */
  private void migrateBoth(String version) {
    if (wrapped()) {
      awaitDelivery();
    }
    onTarget(version + "?").migrate();
    assertThat(onSource(version).migrate().success).isTrue();
  }

  private Flyway onTarget(String version) {
    return flyway(databases().target(), version, "classpath:db/flyway/schema");
  }

  private Flyway onSource(String version) {
    return flyway(
        dataSource(),
        version,
        "classpath:db/flyway/schema",
        "classpath:db/flyway/data",
        "classpath:db/flyway/broken");
  }

  private static Flyway flyway(DataSource dataSource, String version, String... locations) {
    FluentConfiguration configuration =
        Flyway.configure()
            .dataSource(dataSource)
            .schemas("app")
            .locations(locations)
            .target(version);
    // Else CREATE INDEX CONCURRENTLY waits for Flyway's own transaction.
    configuration
        .getConfigurationExtension(PostgreSQLConfigurationExtension.class)
        .setTransactionalLock(false);
    return configuration.load();
  }
}
