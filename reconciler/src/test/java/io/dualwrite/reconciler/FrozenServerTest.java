package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.Side;
import io.dualwrite.jdbc.config.EndpointConfig;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.reconciler.compare.CompareOptions;
import io.dualwrite.reconciler.compare.Comparison;
import io.dualwrite.reconciler.compare.Progress;
import io.dualwrite.reconciler.compare.WindowResult.Status;
import io.dualwrite.reconciler.repair.RepairOptions;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.PostgresServer;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A server that accepts and says nothing is given up; one that works for long is not. */
@WithDatabases(dedicated = true)
@Timeout(value = 180, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FrozenServerTest {
  private static final Duration SILENCE = Duration.ofSeconds(2);
  private static final String GIVEN_UP = ": the server has not answered for 2 s: given up (08006)";

  private final TestDatabases dbs;

  FrozenServerTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  private MigrationConfig config(String parameters) {
    return MigrationConfig.builder("test")
        .source(
            EndpointConfig.of(
                dbs.sourceServer().jdbcUrl(dbs.database()) + parameters,
                dbs.username(),
                dbs.password()))
        .target(
            EndpointConfig.of(
                dbs.targetServer().jdbcUrl(dbs.database()) + parameters,
                dbs.username(),
                dbs.password()))
        .build();
  }

  private void flights() throws SQLException {
    dbs.executeOnBoth(
        "create table flights (id bigint, at timestamptz, primary key (id, at))",
        "insert into flights select i, timestamptz '2001-01-14Z' + i * interval '1 min' from generate_series(1, 20000) i");
  }

  private PostgresServer server(Side side) {
    return side == Side.SOURCE ? dbs.sourceServer() : dbs.targetServer();
  }

  private Progress freezing(Side side) {
    return new Progress() {
      @Override
      public void begin(String table, int windows) {
        server(side).freeze();
      }
    };
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  @Guarantee("G10")
  void aComparisonSaysWhichSideStoppedAnswering(Side side) throws SQLException {
    flights();
    MigrationConfig config = config("");
    CompareOptions options = CompareOptions.of(config.reconciler()).patience(Duration.ZERO);
    try (Databases databases = Databases.open(config, 4, SILENCE)) {

      Comparison comparison =
          new Reconciler(config, databases.source(), databases.target())
              .compare(options, freezing(side));

      assertThat(comparison.inSync()).isFalse();
      assertThat(comparison.incomplete()).isTrue();
      assertThat(comparison.count(Status.FAILED))
          .isEqualTo(comparison.tables().get(0).windows().size());
      assertThat(comparison.tables().get(0).windows().get(0).reason())
          .hasValue(side.label() + GIVEN_UP);
    } finally {
      server(side).thaw();
    }
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void aRepairSaysWhichSideStoppedAnswering(Side side) throws SQLException {
    flights();
    dbs.execute(dbs.target(), "delete from flights where id % 7 = 0");
    MigrationConfig config = config("");
    RepairOptions options =
        RepairOptions.of(CompareOptions.of(config.reconciler()).patience(Duration.ZERO));
    try (Databases databases = Databases.open(config, 4, SILENCE)) {
      Reconciler reconciler = new Reconciler(config, databases.source(), databases.target());
      if (side == Side.SOURCE) {
        assertThatThrownBy(() -> reconciler.repair(options, freezing(side)))
            .hasMessage(side.label() + GIVEN_UP);
      } else {
        assertThat(reconciler.repair(options, freezing(side)).tables().get(0).problems())
            .containsExactly(side.label() + GIVEN_UP);
      }
    } finally {
      server(side).thaw();
    }
  }

  @Test
  void aLongQueryIsNoSilence() throws SQLException {
    try (Databases databases = Databases.open(config(""), 1, SILENCE);
        var connection = databases.target().getConnection();
        Statement statement = connection.createStatement()) {

      assertThat(statement.execute("select pg_sleep(4.5)")).isTrue();
    }
  }

  @Test
  void aLimitInTheUrlTakesThePlaceOfTheWatch() throws SQLException {
    try (Databases databases = Databases.open(config("?socketTimeout=4"), 1, SILENCE);
        var connection = databases.target().getConnection();
        Statement statement = connection.createStatement()) {
      dbs.targetServer().freeze();
      long started = System.nanoTime();

      assertThatThrownBy(() -> statement.execute("select 1")).isInstanceOf(SQLException.class);

      assertThat(Duration.ofNanos(System.nanoTime() - started))
          .isBetween(Duration.ofSeconds(3), Duration.ofSeconds(30));
    } finally {
      dbs.targetServer().thaw();
    }
  }

  @Test
  void theStatusOfAFrozenTargetNamesIt() throws SQLException {
    MigrationConfig config = config("");
    dbs.targetServer().freeze();
    try (Databases databases = Databases.unchecked(config, SILENCE)) {

      MigrationStatus status =
          new Reconciler(config, databases.source(), databases.target()).status();

      assertThat(status.problems())
          .singleElement()
          .satisfies(p -> assertThat(p).startsWith("target: "));
    } finally {
      dbs.targetServer().thaw();
    }
  }

  @Test
  @Guarantee("G9")
  void theKillSwitchWaitsForTheSourceAlone() throws SQLException {
    MigrationConfig config = config("");
    try (Databases databases = Databases.unchecked(config)) {
      Reconciler reconciler = new Reconciler(config, databases.source(), databases.target());
      reconciler.init();
      dbs.targetServer().freeze();
      long started = System.nanoTime();

      assertThat(reconciler.setKillSwitch(true)).containsExactly("target: no answer within 1 s");

      assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(15));
      assertThat(dbs.queryValue(dbs.source(), "select kill_switch from dualwrite.control"))
          .isEqualTo("t");
    } finally {
      dbs.targetServer().thaw();
    }
  }
}
