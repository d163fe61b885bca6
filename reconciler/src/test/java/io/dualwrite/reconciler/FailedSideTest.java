package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.jdbc.runtime.ForwardingDataSource;
import io.dualwrite.reconciler.checksum.Checksum;
import io.dualwrite.reconciler.compare.Comparison;
import io.dualwrite.reconciler.compare.Progress;
import io.dualwrite.reconciler.compare.WindowResult;
import io.dualwrite.reconciler.compare.WindowResult.Status;
import io.dualwrite.reconciler.load.LoadLimits;
import io.dualwrite.reconciler.window.SideReadException;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.PostgresServer;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.PGConnection;
import org.postgresql.ds.PGSimpleDataSource;

/** A side that cannot be read makes windows fail; it never makes them equal. */
@Guarantee("G10")
class FailedSideTest {

  /** Does something when the first table's windows have been planned. */
  private static Progress afterPlanning(ThrowingRunnable event) {
    return new Progress() {
      @Override
      public void begin(String table, int windows) {
        try {
          event.run();
        } catch (SQLException e) {
          throw new AssertionError(e);
        }
      }
    };
  }

  private interface ThrowingRunnable {
    void run() throws SQLException;
  }

  @Test
  @WithDatabases
  void aTableDroppedInTheMiddleFailsItsWindows(TestDatabases dbs) throws SQLException {
    TwoDatabases two = new TwoDatabases(dbs);
    two.both("create table a (id int primary key)", "create table b (id int primary key)");

    Comparison comparison =
        two.reconciler.compare(
            two.options(), afterPlanning(() -> two.target("drop table if exists a")));

    assertThat(comparison.inSync()).isFalse();
    assertThat(comparison.incomplete()).isTrue();
    WindowResult window = comparison.tables().get(0).windows().get(0);
    assertThat(window.status()).isEqualTo(Status.FAILED);
    assertThat(window.reason()).hasValue("target: relation \"public.a\" does not exist (42P01)");
    assertThat(comparison.tables().get(1).inSync()).isTrue();
  }

  @Test
  @WithDatabases
  void aTableThatMayNotBeReadFails(TestDatabases dbs) throws SQLException {
    TwoDatabases two = new TwoDatabases(dbs);
    String user = "reader_" + dbs.database();
    two.both("create table a (id int primary key, v int)", "insert into a values (1, 1)");
    two.target("create role " + user + " login password 'reader'", "revoke all on a from public");
    try {
      PGSimpleDataSource reader = new PGSimpleDataSource();
      reader.setUrl(dbs.targetServer().jdbcUrl(dbs.database()));
      reader.setUser(user);
      reader.setPassword("reader");

      Comparison comparison =
          new Reconciler(two.config, dbs.source(), reader).compare(two.options(), Progress.NONE);

      assertThat(comparison.inSync()).isFalse();
      assertThat(comparison.incomplete()).isTrue();
      assertThat(comparison.tables().get(0).windows().get(0).reason())
          .hasValue("target: permission denied for table a (42501)");
    } finally {
      two.target("drop owned by " + user, "drop role " + user);
    }
  }

  @Test
  @WithDatabases(dedicated = true)
  void aServerKilledInTheMiddleFailsTheWindowsThatAreLeft(TestDatabases dbs) throws SQLException {
    TwoDatabases two = new TwoDatabases(dbs);
    two.both(
        "create table flights (id bigint, at timestamptz, primary key (id, at))",
        "insert into flights select i, timestamptz '2001-01-14Z' + i * interval '1 min' from generate_series(1, 20000) i");

    Comparison comparison =
        two.reconciler.compare(two.options(), afterPlanning(() -> dbs.targetServer().kill()));

    assertThat(comparison.inSync()).isFalse();
    assertThat(comparison.count(Status.EQUAL)).isZero();
    assertThat(comparison.count(Status.FAILED))
        .isEqualTo(comparison.tables().get(0).windows().size())
        .isPositive();
    assertThat(comparison.tables().get(0).windows().get(0).reason())
        .hasValueSatisfying(r -> assertThat(r).startsWith("target: "));

    assertThatThrownBy(two::compare)
        .isInstanceOf(SideReadException.class)
        .hasMessageStartingWith("target: ");

    dbs.targetServer().restart();
    assertThat(two.compare().inSync()).isTrue();
  }

  @Test
  @WithDatabases
  void aConnectionThatIsEndedFailsItsOwnWindowsAlone(TestDatabases dbs) throws SQLException {
    TwoDatabases two = new TwoDatabases(dbs);
    for (int i = 0; i < 5; i++) {
      two.both("create table t" + i + " (id int primary key)", "insert into t" + i + " values (1)");
    }
    AtomicBoolean planned = new AtomicBoolean();
    AtomicInteger begun = new AtomicInteger();
    DataSource target =
        new ForwardingDataSource(dbs.target()) {
          @Override
          public Connection getConnection() throws SQLException {
            Connection connection = super.getConnection();
            if (planned.getAndSet(false)) {
              int pid = connection.unwrap(PGConnection.class).getBackendPID();
              two.target("select pg_terminate_backend(" + pid + ", 20000)");
            }
            return connection;
          }
        };

    Comparison comparison =
        new Reconciler(two.config, dbs.source(), target)
            .compare(
                two.options(),
                afterPlanning(() -> planned.compareAndSet(false, begun.getAndIncrement() == 0)));

    assertThat(comparison.inSync()).isFalse();
    assertThat(comparison.count(Status.FAILED)).isEqualTo(1);
    assertThat(comparison.count(Status.EQUAL)).isEqualTo(4);
  }

  @Test
  @WithDatabases
  void aTableThatCannotBeComparedIsSkippedAndNotInSync(TestDatabases dbs) throws SQLException {
    TwoDatabases two = new TwoDatabases(dbs);
    two.both("create table a (id int primary key)", "create table keyless (v int)");
    two.source("create table alone (id int primary key)");

    Comparison comparison = two.compare();

    assertThat(comparison.inSync()).isFalse();
    assertThat(comparison.count(Status.SKIPPED)).isEqualTo(2);
    assertThat(comparison.tables())
        .extracting(t -> t.table() + " " + t.inSync())
        .contains("public.a true", "public.keyless false");
  }

  /** What may happen to a table, or to what may be done with it, while it is compared. */
  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "target | drop table a                                       | 42P01",
        "source | drop table a                                       | 42P01",
        "target | alter table a drop column v                        | 42703",
        "source | alter table a rename column v to w                 | 42703",
        "target | alter table a rename to b                          | 42P01",
        "source | alter table a alter column v type json using '{}'  | 42883",
        "target | revoke select on a from {user}                     | 42501",
        "source | revoke select on a from {user}                     | 42501",
        "target | revoke usage on schema public from public          | 42501",
        "source | lock table a in access exclusive mode              | 57014",
      })
  @WithDatabases
  void whateverHappensToATableItIsNeverInSync(
      String side, String event, String state, TestDatabases dbs) throws SQLException {
    String user = "reader_" + dbs.database();
    TwoDatabases two = new TwoDatabases(dbs);
    two.both("create table a (id int primary key, v int)", "insert into a values (1, 1)");
    boolean target = side.equals("target");
    DataSource there = target ? dbs.target() : dbs.source();
    for (DataSource database : List.of(dbs.source(), dbs.target())) {
      dbs.execute(
          database,
          "create role " + user + " login password 'reader'",
          "grant select on a to " + user);
    }
    try (Connection other = there.getConnection();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(event.startsWith("lock") ? false : true);
      Comparison comparison =
          new Reconciler(
                  two.config, as(user, dbs.sourceServer(), dbs), as(user, dbs.targetServer(), dbs))
              .compare(
                  two.options().load(LoadLimits.NONE.statementTimeout(Duration.ofSeconds(2))),
                  afterPlanning(() -> statement.execute(event.replace("{user}", user))));

      assertThat(comparison.inSync()).isFalse();
      assertThat(comparison.incomplete()).isTrue();
      assertThat(comparison.tables().get(0).windows())
          .allSatisfy(
              window -> {
                assertThat(window.status()).isEqualTo(Status.FAILED);
                assertThat(window.reason().orElseThrow())
                    .startsWith(side + ": ")
                    .endsWith("(" + state + ")");
              });
      if (!other.getAutoCommit()) {
        other.rollback();
        other.setAutoCommit(true);
      }
    } finally {
      for (DataSource database : List.of(dbs.source(), dbs.target())) {
        dbs.execute(database, "drop owned by " + user, "drop role " + user);
      }
    }
  }

  private static DataSource as(String user, PostgresServer server, TestDatabases dbs) {
    PGSimpleDataSource database = new PGSimpleDataSource();
    database.setUrl(server.jdbcUrl(dbs.database()));
    database.setUser(user);
    database.setPassword("reader");
    return database;
  }

  @Test
  @WithDatabases(dedicated = true)
  void aSourceKilledInTheMiddleFailsTheWindowsThatAreLeft(TestDatabases dbs) throws SQLException {
    TwoDatabases two = new TwoDatabases(dbs);
    two.both(
        "create table flights (id bigint, at timestamptz, primary key (id, at))",
        "insert into flights select i, timestamptz '2001-01-14Z' + i * interval '1 min' from generate_series(1, 20000) i");

    Comparison comparison =
        two.reconciler.compare(two.options(), afterPlanning(() -> dbs.sourceServer().kill()));

    assertThat(comparison.inSync()).isFalse();
    assertThat(comparison.count(Status.EQUAL)).isZero();
    assertThat(comparison.tables().get(0).windows().get(0).reason())
        .hasValueSatisfying(r -> assertThat(r).startsWith("source: "));
    dbs.sourceServer().restart();
  }

  /** A limit that stops in the middle is no end. */
  @Test
  @WithDatabases
  void aQueryThatIsCancelledFailsItsWindow(TestDatabases dbs) throws SQLException {
    TwoDatabases two = new TwoDatabases(dbs);
    two.both("create table a (id int primary key, v text)");
    two.both("insert into a select i, repeat('x', 2000) from generate_series(1, 20000) i");

    Comparison comparison =
        two.compare(
            two.options()
                .checksum(Optional.of(Checksum.SHA256))
                .load(LoadLimits.NONE.statementTimeout(Duration.ofMillis(20))));

    assertThat(comparison.inSync()).isFalse();
    assertThat(comparison.count(Status.FAILED)).isEqualTo(1);
    assertThat(comparison.tables().get(0).windows().get(0).reason().orElseThrow())
        .endsWith("(57014)");
  }
}
