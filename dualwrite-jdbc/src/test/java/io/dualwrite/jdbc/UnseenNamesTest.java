package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.TablesConfig;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The search path is changed by what no text of the application's shows. */
@WithDatabases
@Guarantee({"G1", "G8"})
class UnseenNamesTest {
  private static final String INSERT = "INSERT INTO t VALUES (1)";

  private final TestDatabases dbs;
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private DualWriteDataSource dataSource;
  private Connection connection;
  private Statement statement;

  UnseenNamesTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @BeforeEach
  void open() throws SQLException {
    dbs.executeOnBoth(
        "CREATE SCHEMA app",
        "CREATE TABLE public.t (id int PRIMARY KEY)",
        "CREATE TABLE app.t (id int PRIMARY KEY)",
        "CREATE TABLE log (id int PRIMARY KEY)",
        "CREATE TABLE extra (id int PRIMARY KEY)");
    dbs.execute(
        dbs.source(),
        "CREATE FUNCTION move() RETURNS text STABLE LANGUAGE sql AS $$SELECT set_config('search_path', 'app', false)$$",
        "CREATE FUNCTION moves() RETURNS text STABLE LANGUAGE plpgsql AS $$BEGIN RETURN \"move\"(); END$$",
        "CREATE FUNCTION trip() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM public.moves(); RETURN NULL; END$$",
        "CREATE TRIGGER trip AFTER INSERT ON log FOR EACH STATEMENT EXECUTE FUNCTION trip()",
        "CREATE TRIGGER trip AFTER INSERT ON extra FOR EACH STATEMENT EXECUTE FUNCTION trip()");
    dataSource =
        DualWriteDataSource.builder()
            .config(
                MigrationConfig.builder("test")
                    .tables(
                        new TablesConfig(
                            List.of("public.*", "app.*"), List.of("public.extra"), Map.of()))
                    .build())
            .source(dbs.source())
            .target(dbs.target())
            .meterRegistry(meters)
            .build();
    connection = dataSource.getConnection();
    statement = connection.createStatement();
    statement.execute("INSERT INTO t VALUES (0)");
  }

  @AfterEach
  void close() throws SQLException {
    statement.close();
    connection.close();
    dataSource.close();
  }

  private void arrivesInApp() throws SQLException {
    statement.execute(INSERT);
    await()
        .untilAsserted(
            () -> {
              assertThat(dbs.query(dbs.target(), "SELECT id FROM app.t"))
                  .isEqualTo(List.of(List.of("1")));
              assertThat(dbs.query(dbs.target(), "SELECT id FROM public.t"))
                  .isEqualTo(List.of(List.of("0")));
            });
  }

  private double unmirrored() {
    return meters.find("dualwrite.unmirrored").counters().stream()
        .mapToDouble(c -> c.count())
        .sum();
  }

  @Test
  void byAStableFunction() throws SQLException {
    statement.execute("SELECT move()");
    arrivesInApp();
  }

  @Test
  void byAFunctionThatCallsOne() throws SQLException {
    try (PreparedStatement select = connection.prepareStatement("SELECT \"moves\"()")) {
      select.executeQuery().close();
    }
    arrivesInApp();
    assertThat(unmirrored()).isZero();
  }

  @Test
  void byATriggerOfAMirroredTable() throws SQLException {
    statement.executeUpdate("INSERT INTO log VALUES (1)");
    arrivesInApp();
    dbs.awaitSameRows("SELECT * FROM log");
    assertThat(unmirrored()).isZero();
  }

  @Test
  void byATriggerOfAnotherTable() throws SQLException {
    statement.executeUpdate("INSERT INTO extra VALUES (1)");
    arrivesInApp();
  }

  @Test
  void aBatchThatMayMoveItselfIsCounted() throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement("INSERT INTO log VALUES (?)")) {
      insert.setInt(1, 1);
      insert.addBatch();
      insert.executeBatch();
    }
    arrivesInApp();
    assertThat(meters.get("dualwrite.unmirrored").tag("reason", "session").counter().count())
        .isEqualTo(1);
  }

  @Test
  void byAFunctionThatIsChangedMeanwhile() throws SQLException {
    statement.execute("CREATE FUNCTION later() RETURNS int STABLE LANGUAGE sql AS 'SELECT 1'");
    statement.execute("SELECT later()");
    statement.execute(
        "CREATE OR REPLACE FUNCTION later() RETURNS int STABLE LANGUAGE sql AS 'SELECT length(public.move())'");
    statement.execute("SELECT later()");
    arrivesInApp();
  }
}
