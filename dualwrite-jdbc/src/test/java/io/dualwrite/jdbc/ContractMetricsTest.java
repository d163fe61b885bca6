package io.dualwrite.jdbc;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.ShadowReadsConfig;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every meter that the guide promises, with its kind and its tags. */
@WithDatabases
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ContractMetricsTest {
  private final TestDatabases dbs;
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private DualWriteDataSource ds;

  ContractMetricsTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @BeforeAll
  void somethingOfEverything() throws Exception {
    dbs.executeOnBoth(
        "CREATE TABLE item (id int PRIMARY KEY, n int)",
        "CREATE TABLE loose (a int, b int)",
        "CREATE TABLE seen (id int PRIMARY KEY)",
        "INSERT INTO seen VALUES (1)");
    dbs.execute(dbs.target(), "ALTER TABLE item ADD CHECK (n < 100)");
    ds =
        DualWriteDataSource.builder()
            .config(
                MigrationConfig.builder("contract").shadowReads(new ShadowReadsConfig(1)).build())
            .source(dbs.source())
            .target(dbs.target())
            .meterRegistry(registry)
            .build();
    // What is refused for want of a lane is asked about again a minute later.
    Awaitility.await().until(() -> ds.migration().delivery().lane("public.seen").isPresent());
    try (Connection c = ds.getConnection();
        Statement s = c.createStatement()) {
      s.executeUpdate("INSERT INTO item VALUES (1, 1)");
      s.executeUpdate("INSERT INTO item VALUES (2, 200)");
      s.execute("INSERT INTO loose VALUES (1, 1)");
      Awaitility.await()
          .until(
              () -> {
                read(s);
                return registry.find("dualwrite.shadow.latency").timer() != null
                    && registry.find("dualwrite.secondary.failures").counter() != null
                    && registry.find("dualwrite.delivery.lag").timer() != null;
              });
    }
    Awaitility.await().until(() -> registry.get("dualwrite.journal.pending").gauge().value() == 0);
  }

  private static void read(Statement s) throws SQLException {
    try (ResultSet rows = s.executeQuery("SELECT id FROM seen")) {
      assertThat(rows.next()).isTrue();
    }
  }

  @AfterAll
  void close() throws SQLException {
    ds.close();
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "dualwrite.writes, TIMER, table operation side outcome",
        "dualwrite.secondary.failures, COUNTER, table reason",
        "dualwrite.unmirrored, COUNTER, reason",
        "dualwrite.journal.pending, GAUGE, -",
        "dualwrite.journal.oldest.age, GAUGE, -",
        "dualwrite.delivery.rows, COUNTER, table",
        "dualwrite.delivery.lag, TIMER, -",
        "dualwrite.shadow.reads, COUNTER, outcome",
        "dualwrite.shadow.latency, TIMER, side",
        "dualwrite.phase, GAUGE, -",
        "dualwrite.kill.switch, GAUGE, -",
      })
  void isThereWithItsTags(String name, Meter.Type type, String tags) {
    Set<String> expected =
        Stream.concat(
                Stream.of("migration"), tags == null ? Stream.of() : Stream.of(tags.split(" ")))
            .collect(toSet());
    assertThat(registry.find(name).meters())
        .isNotEmpty()
        .allSatisfy(
            meter -> {
              assertThat(meter.getId().getType()).isEqualTo(type);
              assertThat(meter.getId().getTags().stream().map(Tag::getKey).collect(toSet()))
                  .isEqualTo(expected);
              assertThat(meter.getId().getTag("migration")).isEqualTo("contract");
            });
  }

  @Test
  void countsByTable() {
    assertThat(
            registry.get("dualwrite.delivery.rows").tag("table", "public.item").counter().count())
        .isPositive();
    assertThat(
            registry
                .get("dualwrite.secondary.failures")
                .tags("table", "public.item", "reason", "refused-23514")
                .counter()
                .count())
        .isPositive();
    assertThat(registry.get("dualwrite.unmirrored").tag("reason", "no-key").counter().count())
        .isEqualTo(1);
  }

  @Test
  void resilience4jShowsItsBreaker() {
    assertThat(registry.find("resilience4j.circuitbreaker.state").gauges()).isNotEmpty();
    assertThat(registry.find("resilience4j.circuitbreaker.calls").meters()).isNotEmpty();
  }
}
