package io.dualwrite.jdbc;

import io.dualwrite.KillSwitch;
import io.dualwrite.ManualKillSwitch;
import io.dualwrite.SecondarySettings;
import io.dualwrite.ShadowMismatch;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.ShadowReadsConfig;
import io.dualwrite.testing.TestDatabases;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.awaitility.Awaitility;

/** A migration that repeats reads, and what it counts. */
final class ShadowBed implements AutoCloseable {
  /** A limit that nothing reaches which is not held up for good. */
  static final Duration LONG = Duration.ofSeconds(30);

  final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  final List<ShadowMismatch> mismatches = new CopyOnWriteArrayList<>();
  final ManualKillSwitch killSwitch = KillSwitch.manual();
  final DualWriteDataSource ds;

  ShadowBed(TestDatabases dbs) throws SQLException {
    this(dbs, dbs.source(), dbs.target(), b -> b);
  }

  ShadowBed(
      TestDatabases dbs,
      DataSource source,
      DataSource target,
      UnaryOperator<DualWriteDataSource.Builder> more)
      throws SQLException {
    this(config(LONG).build(), source, target, more);
    awaitLane("public.item");
  }

  ShadowBed(
      MigrationConfig config,
      DataSource source,
      DataSource target,
      UnaryOperator<DualWriteDataSource.Builder> more)
      throws SQLException {
    ds =
        more.apply(
                DualWriteDataSource.builder()
                    .config(config)
                    .source(source)
                    .target(target)
                    .meterRegistry(registry)
                    .killSwitch(killSwitch)
                    .onMismatch(mismatches::add))
            .build();
  }

  static MigrationConfig.Builder config(Duration timeout) {
    return MigrationConfig.builder("test")
        .secondary(SecondarySettings.defaults().withTimeout(timeout))
        .shadowReads(new ShadowReadsConfig(1));
  }

  void awaitLane(String table) {
    Awaitility.await().until(() -> ds.migration().delivery().lane(table).isPresent());
  }

  double count(String outcome) {
    var counter = registry.find("dualwrite.shadow.reads").tag("outcome", outcome).counter();
    return counter == null ? 0 : counter.count();
  }

  double ended() {
    return count("match") + count("mismatch") + count("error") + count("dropped");
  }

  void await(String outcome, int times) {
    Awaitility.await()
        .untilAsserted(
            () ->
                org.assertj.core.api.Assertions.assertThat(count(outcome))
                    .describedAs(
                        "%s; match %s mismatch %s error %s dropped %s",
                        outcome,
                        count("match"),
                        count("mismatch"),
                        count("error"),
                        count("dropped"))
                    .isEqualTo(times));
  }

  /** Reads until an answer matched: a short limit may be over before one does. */
  void awaitMatch(String sql) throws SQLException {
    try (Connection c = ds.getConnection()) {
      Awaitility.await().until(() -> outcome(c, sql, "match"));
    }
  }

  /** Whether a read, repeated to its end, ends so. */
  boolean outcome(Connection connection, String sql, String outcome) throws SQLException {
    double ended = ended();
    double before = count(outcome);
    read(connection, sql);
    Awaitility.await().until(() -> ended() > ended);
    return count(outcome) > before;
  }

  void run(String... statements) throws SQLException {
    try (Connection c = ds.getConnection();
        Statement s = c.createStatement()) {
      for (String sql : statements) {
        s.executeUpdate(sql);
      }
    }
  }

  int read(String sql, Object... parameters) throws SQLException {
    try (Connection c = ds.getConnection()) {
      return read(c, sql, parameters);
    }
  }

  static int read(Connection c, String sql, Object... parameters) throws SQLException {
    try (PreparedStatement select = c.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        select.setObject(i + 1, parameters[i]);
      }
      int rows = 0;
      try (ResultSet result = select.executeQuery()) {
        while (result.next()) {
          rows++;
        }
      }
      return rows;
    }
  }

  @Override
  public void close() throws SQLException {
    ds.close();
  }
}
