package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.dualwrite.CircuitBreakerSettings;
import io.dualwrite.Delivery;
import io.dualwrite.FailurePolicy;
import io.dualwrite.SecondarySettings;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TcpProxy;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each policy and delivery under each failure of the target, in each way of writing: what the
 * application sees, what each side holds, what the journal holds, which metrics moved, and what
 * becomes of it when the failure is over.
 */
@WithDatabases
class PolicyMatrixTest {
  private static final String ALL = "SELECT * FROM item ORDER BY id";
  private static final int ROWS = 3;

  private final TestDatabases dbs;
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();

  PolicyMatrixTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  enum Policy {
    RECOVER_ASYNC(FailurePolicy.RECOVER, Delivery.ASYNC),
    RECOVER_SYNC(FailurePolicy.RECOVER, Delivery.SYNC),
    STRICT(FailurePolicy.STRICT, Delivery.ASYNC),
    BEST_EFFORT(FailurePolicy.BEST_EFFORT, Delivery.ASYNC);

    final FailurePolicy failure;
    final Delivery delivery;

    Policy(FailurePolicy failure, Delivery delivery) {
      this.failure = failure;
      this.delivery = delivery;
    }
  }

  enum Failure {
    REFUSED,
    SLOW,
    ERROR_ON_WRITE,
    CONSTRAINT,
    ERROR_ON_COMMIT,
    UNKNOWN_OUTCOME;

    /** What is slow is to be given up soon, and nothing else for being slow. */
    Duration timeout() {
      return this == SLOW ? Duration.ofMillis(300) : Duration.ofSeconds(30);
    }

    /** Whether the target refuses the rows themselves, and not for a while. */
    boolean ofTheRow() {
      return this == CONSTRAINT || this == ERROR_ON_COMMIT;
    }
  }

  enum Writing {
    AUTO_COMMIT,
    TRANSACTION,
    BATCH
  }

  static Stream<Arguments> all() {
    return Stream.of(Policy.values())
        .flatMap(policy -> Stream.of(Failure.values()).map(f -> Arguments.of(policy, f)));
  }

  @ParameterizedTest
  @MethodSource("all")
  @Guarantee("G1")
  void whatHappens(Policy policy, Failure failure) throws Exception {
    dbs.executeOnBoth("CREATE TABLE item (id int PRIMARY KEY, n int)");
    try (TcpProxy proxy = TcpProxy.inFrontOf(dbs.targetServer());
        DualWriteDataSource ds = open(proxy, policy, failure)) {
      writeWhenPossible(ds, Writing.AUTO_COMMIT, 1);
      dbs.awaitSameRows(ALL);
      int first = 10;
      for (Writing writing : Writing.values()) {
        happens(ds, proxy, policy, failure, writing, first);
        first += 10;
      }
    }
  }

  private DualWriteDataSource open(TcpProxy proxy, Policy policy, Failure failure)
      throws SQLException {
    DualWriteDataSource ds =
        DualWriteDataSource.builder()
            .config(
                MigrationConfig.builder("test")
                    .failurePolicy(policy.failure)
                    .delivery(policy.delivery)
                    .secondary(
                        SecondarySettings.defaults()
                            .withTimeout(failure.timeout())
                            .withCircuitBreaker(
                                new CircuitBreakerSettings(50, 100, Duration.ofMillis(300))))
                    .build())
            .source(dbs.source())
            .target(dbs.targetThrough(proxy))
            .meterRegistry(metrics)
            .build();
    Awaitility.await().until(() -> ds.migration().delivery().lane("public.item").isPresent());
    return ds;
  }

  private void happens(
      DualWriteDataSource ds,
      TcpProxy proxy,
      Policy policy,
      Failure failure,
      Writing writing,
      int first)
      throws Exception {
    double failuresBefore = secondaryFailures();
    long writesBefore = writes("success");
    @Nullable Connection blocker = begin(failure, proxy);
    int rows = writing == Writing.AUTO_COMMIT ? 1 : ROWS;
    Throwable seen;
    try {
      Future<?> cutter =
          blocker != null && failure == Failure.UNKNOWN_OUTCOME
              ? cutsWhileTheTargetCommits(proxy, blocker)
              : null;
      seen = catchThrowable(() -> write(ds, writing, first, 1000));
      if (cutter != null) {
        cutter.get();
      }
      String inRange = " FROM item WHERE id >= " + first;
      if (policy == Policy.STRICT) {
        assertThat(seen).isInstanceOf(SQLException.class);
        assertThat(seen.getMessage()).doesNotContain("1000");
        assertThat(dbs.queryValue(dbs.source(), "SELECT count(*)" + inRange)).isEqualTo("0");
      } else {
        assertThat(seen).isNull();
        assertThat(dbs.queryValue(dbs.source(), "SELECT count(*)" + inRange))
            .isEqualTo(Integer.toString(rows));
        assertThat(writes("success")).isGreaterThan(writesBefore);
        Awaitility.await().until(() -> secondaryFailures() > failuresBefore);
      }
      if (failure != Failure.UNKNOWN_OUTCOME) {
        assertThat(dbs.queryValue(dbs.target(), "SELECT count(*)" + inRange)).isEqualTo("0");
        assertJournal(policy, failure, rows);
      }
    } finally {
      end(failure, proxy, blocker);
    }
    if (policy == Policy.STRICT) {
      writeWhenPossible(ds, writing, first);
    } else {
      retrySetAside();
    }
    dbs.awaitSameRows(ALL);
    Awaitility.await().untilAsserted(() -> assertThat(waiting()).isEqualTo(List.of("0", "0")));
  }

  private void assertJournal(Policy policy, Failure failure, int rows) {
    Awaitility.await()
        .untilAsserted(
            () -> {
              List<String> waiting = waiting();
              String all = Integer.toString(rows);
              if (policy == Policy.STRICT) {
                assertThat(waiting).isEqualTo(List.of("0", "0"));
              } else if (failure.ofTheRow()) {
                assertThat(waiting).isEqualTo(List.of("0", all));
              } else {
                assertThat(waiting)
                    .isEqualTo(List.of(policy == Policy.BEST_EFFORT ? "0" : all, "0"));
              }
            });
  }

  /** Entries that are pending, and those set aside. */
  private List<String> waiting() throws SQLException {
    return List.of(
        String.valueOf(dbs.queryValue(dbs.source(), "SELECT count(*) FROM dualwrite.journal")),
        String.valueOf(dbs.queryValue(dbs.source(), "SELECT count(*) FROM dualwrite.set_aside")));
  }

  private void retrySetAside() throws SQLException {
    dbs.execute(dbs.source(), "UPDATE dualwrite.set_aside SET tried_at = '-infinity'");
  }

  private double secondaryFailures() {
    return metrics.find("dualwrite.secondary.failures").counters().stream()
        .mapToDouble(Counter::count)
        .sum();
  }

  private long writes(String outcome) {
    return metrics.find("dualwrite.writes").tag("outcome", outcome).timers().stream()
        .mapToLong(Timer::count)
        .sum();
  }

  /** Under STRICT a target that is slow for a moment is an error that is to be tried again. */
  private static void writeWhenPossible(DualWriteDataSource ds, Writing writing, int first) {
    Awaitility.await()
        .ignoreExceptions()
        .until(
            () -> {
              write(ds, writing, first, 0);
              return true;
            });
  }

  private static void write(DualWriteDataSource ds, Writing writing, int first, int n)
      throws SQLException {
    try (Connection connection = ds.getConnection()) {
      connection.setAutoCommit(writing == Writing.AUTO_COMMIT);
      try (PreparedStatement insert =
          connection.prepareStatement("INSERT INTO item VALUES (?, ?)")) {
        for (int i = 0; i < (writing == Writing.AUTO_COMMIT ? 1 : ROWS); i++) {
          insert.setInt(1, first + i);
          insert.setInt(2, n);
          if (writing == Writing.BATCH) {
            insert.addBatch();
          } else {
            insert.executeUpdate();
          }
        }
        if (writing == Writing.BATCH) {
          insert.executeBatch();
        }
        if (writing != Writing.AUTO_COMMIT) {
          connection.commit();
        }
      } finally {
        if (!connection.getAutoCommit()) {
          connection.rollback();
        }
      }
    }
  }

  private @Nullable Connection begin(Failure failure, TcpProxy proxy) throws SQLException {
    switch (failure) {
      case REFUSED -> {
        proxy.cut();
        proxy.refuse();
      }
      case SLOW -> {
        return blocker("LOCK TABLE item IN SHARE MODE");
      }
      case ERROR_ON_WRITE -> dbs.execute(dbs.target(), RAISE);
      case CONSTRAINT ->
          dbs.execute(
              dbs.target(), "ALTER TABLE item ADD CONSTRAINT small CHECK (n < 100) NOT VALID");
      case ERROR_ON_COMMIT ->
          dbs.execute(
              dbs.target(),
              "CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.n > 100 THEN RAISE check_violation; END IF; RETURN NULL; END $$",
              LATE);
      case UNKNOWN_OUTCOME -> {
        dbs.execute(
            dbs.target(),
            "CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock(1, 2); RETURN NULL; END $$",
            LATE);
        return blocker("SELECT pg_advisory_xact_lock(1, 2)");
      }
      default -> throw new AssertionError(failure);
    }
    return null;
  }

  private Connection blocker(String lock) throws SQLException {
    Connection blocker = dbs.target().getConnection();
    blocker.setAutoCommit(false);
    try (var statement = blocker.createStatement()) {
      statement.execute(lock);
    }
    return blocker;
  }

  private static final String LATE =
      "CREATE CONSTRAINT TRIGGER late AFTER INSERT OR UPDATE ON item DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION late()";

  private static final String RAISE =
      "DO $$ BEGIN CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN RAISE insufficient_privilege; END $f$;"
          + " CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON item FOR EACH ROW EXECUTE FUNCTION refuse(); END $$";

  private void end(Failure failure, TcpProxy proxy, @Nullable Connection blocker)
      throws SQLException {
    if (blocker != null) {
      blocker.rollback();
      blocker.setAutoCommit(true);
      blocker.close();
    }
    switch (failure) {
      case REFUSED, UNKNOWN_OUTCOME -> proxy.forward();
      case CONSTRAINT -> dbs.execute(dbs.target(), "ALTER TABLE item DROP CONSTRAINT small");
      default -> {}
    }
    if (failure == Failure.ERROR_ON_WRITE) {
      dbs.execute(dbs.target(), "DROP FUNCTION refuse() CASCADE");
    } else if (failure == Failure.ERROR_ON_COMMIT || failure == Failure.UNKNOWN_OUTCOME) {
      dbs.execute(dbs.target(), "DROP FUNCTION late() CASCADE");
    }
  }

  /** The connection goes while the target is busy with the commit, which it then finishes. */
  private FutureTask<Void> cutsWhileTheTargetCommits(TcpProxy proxy, Connection blocker) {
    FutureTask<Void> cutter =
        new FutureTask<>(
            () -> {
              Awaitility.await()
                  .pollDelay(Duration.ZERO)
                  .pollInterval(Duration.ofMillis(5))
                  .until(
                      () ->
                          !"0"
                              .equals(
                                  dbs.queryValue(
                                      dbs.target(),
                                      "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = 1 AND objid = 2 AND objsubid = 2 AND NOT granted"
                                          + " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())")));
              proxy.cut();
              blocker.rollback();
              return null;
            });
    new Thread(cutter).start();
    return cutter;
  }
}
