package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.dualwrite.ShadowMismatch;
import io.dualwrite.Side;
import io.dualwrite.jdbc.config.ShadowReadsConfig;
import io.dualwrite.jdbc.journal.LockKeys;
import io.dualwrite.jdbc.runtime.ForwardingDataSource;
import io.dualwrite.jdbc.shadow.QueryAnswer;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Reads that run again on both sides: what is found, and what never is. */
@WithDatabases
class ShadowReadsTest {
  private final TestDatabases dbs;

  ShadowReadsTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @BeforeEach
  void tables() throws SQLException {
    dbs.executeOnBoth(
        "CREATE TABLE item (id int PRIMARY KEY, name text, n numeric)",
        "INSERT INTO item SELECT i, 'name ' || i, i / 2.0 FROM generate_series(1, 20) i");
  }

  @Test
  void equalAnswersMatchAndBothSidesAreTimed() throws Exception {
    try (ShadowBed bed = new ShadowBed(dbs)) {
      assertThat(bed.read("SELECT * FROM item")).isEqualTo(20);
      bed.await("match", 1);
      assertThat(bed.read("SELECT id, name FROM item WHERE id > ? ORDER BY id LIMIT 3", 4))
          .isEqualTo(3);
      bed.await("match", 2);
      for (Side side : Side.values()) {
        assertThat(
                bed.registry
                    .get("dualwrite.shadow.latency")
                    .tag("side", side.label())
                    .timer()
                    .count())
            .isEqualTo(2);
      }
      assertThat(bed.ended()).isEqualTo(2);
    }
  }

  @Test
  void aRowDamagedBehindTheLibrarysBackIsAMismatchWithoutValues() throws Exception {
    dbs.execute(dbs.target(), "UPDATE item SET name = 'tampered' WHERE id = 7");
    List<ILoggingEvent> logged = new CopyOnWriteArrayList<>();
    ListAppender<ILoggingEvent> appender = new ListAppender<>();
    appender.list = logged;
    Logger root = (Logger) LoggerFactory.getLogger("io.dualwrite");
    Level before = root.getLevel();
    root.setLevel(Level.DEBUG);
    appender.start();
    root.addAppender(appender);
    try (ShadowBed bed = new ShadowBed(dbs)) {
      bed.read(
          "SELECT name /* of 'secret comment' */ FROM item WHERE id IN (5, 6, 7) AND n > ?", 1);
      bed.await("mismatch", 1);
      bed.read("SELECT name /* other */ FROM item WHERE id IN (7, 8) AND n > ?", 2);
      bed.await("mismatch", 2);
      ShadowMismatch found = bed.mismatches.get(0);
      QueryAnswer answer = (QueryAnswer) found.primaryAnswer();
      assertThat(found.operation()).isEqualTo(answer.fingerprint()).hasSize(16);
      assertThat(bed.mismatches.get(1).operation()).isEqualTo(answer.fingerprint());
      assertThat(answer.sql()).isEqualTo("SELECT name FROM item WHERE id IN (?) AND n > ?");
      assertThat(answer.rows()).isEqualTo(3);
      assertThat(answer.compared()).isEqualTo(QueryAnswer.Compared.ROWS);
    } finally {
      root.detachAppender(appender);
      root.setLevel(before);
    }
    List<String> told = logged.stream().map(ILoggingEvent::getFormattedMessage).toList();
    assertThat(told.stream().filter(m -> m.contains("shadow read")).toList()).hasSize(1);
    assertThat(told).noneMatch(m -> m.contains("tampered") || m.contains("name 7"));
    assertThat(told).noneMatch(m -> m.contains("secret"));
  }

  @Test
  void aMissingRowAndAnotherOrderAreMismatches() throws Exception {
    dbs.execute(dbs.target(), "DELETE FROM item WHERE id = 20");
    try (ShadowBed bed = new ShadowBed(dbs)) {
      bed.read("SELECT count(*) FROM item");
      bed.await("mismatch", 1);
      bed.read("SELECT id FROM item WHERE id < 20");
      bed.await("match", 1);
      dbs.execute(
          dbs.target(),
          "UPDATE item SET id = id + 100 WHERE id IN (1, 2)",
          "UPDATE item SET id = 102 - id + 1 WHERE id > 100",
          "UPDATE item SET name = 'name ' || id");
      bed.read("SELECT name FROM item WHERE id < 5 ORDER BY id");
      bed.await("match", 2);
      dbs.execute(dbs.target(), "UPDATE item SET name = 'name ' || 3 - id WHERE id IN (1, 2)");
      bed.read("SELECT name FROM item WHERE id < 5");
      bed.await("match", 3);
      bed.read("SELECT name FROM item WHERE id < 5 ORDER BY id");
      bed.await("mismatch", 2);
    }
  }

  @Test
  void aWriteThatIsOnItsWayIsWaitedForAndNeverReported() throws Exception {
    AtomicBoolean armed = new AtomicBoolean();
    AtomicReference<ShadowBed> migration = new AtomicReference<>();
    List<Boolean> same = new CopyOnWriteArrayList<>();
    try (Connection holder = dbs.target().getConnection()) {
      holder.setAutoCommit(false);
      DataSource source =
          new ForwardingDataSource(dbs.source()) {
            @Override
            public Connection getConnection() throws SQLException {
              if (Thread.currentThread().getName().startsWith("dualwrite-connect-shadow")
                  && armed.getAndSet(false)) {
                lockLane(holder);
                migration.get().run("UPDATE item SET n = 99 WHERE id = 1");
              }
              return dataSource.getConnection();
            }

            @Override
            public Connection getConnection(String user, String password) throws SQLException {
              return dataSource.getConnection(user, password);
            }
          };
      try (ShadowBed bed =
          new ShadowBed(
              dbs,
              source,
              dbs.target(),
              b ->
                  b.shadowComparator(
                      (query, one, other) -> {
                        same.add(one.equals(other));
                        holder.rollback();
                        return one.equals(other);
                      }))) {
        migration.set(bed);
        bed.read("SELECT * FROM item");
        bed.await("match", 1);
        armed.set(true);
        bed.read("SELECT * FROM item");
        bed.await("match", 2);
        assertThat(same).containsExactly(true, false, true);
        assertThat(bed.mismatches).isEmpty();
        assertThat(bed.ended()).isEqualTo(2);
      }
    }
  }

  private static void lockLane(Connection holder) throws SQLException {
    try (Statement lock = holder.createStatement()) {
      lock.execute("SELECT pg_advisory_xact_lock(" + LockKeys.of("test", "public.item") + ")");
    }
  }

  @Test
  void whatCannotBeDeliveredIsAnErrorAndNoMismatch() throws Exception {
    try (ShadowBed bed =
            new ShadowBed(
                ShadowBed.config(Duration.ofSeconds(2)).build(),
                dbs.source(),
                dbs.target(),
                b -> b);
        Connection holder = dbs.target().getConnection()) {
      bed.awaitLane("public.item");
      holder.setAutoCommit(false);
      lockLane(holder);
      bed.run("UPDATE item SET n = 99 WHERE id = 1");
      bed.read("SELECT * FROM item");
      bed.await("error", 1);
      holder.rollback();
      dbs.awaitSameRows("SELECT * FROM item ORDER BY id");
      Awaitility.await().until(() -> !bed.ds.migration().delivery().failing());
      bed.awaitMatch("SELECT * FROM item");
      assertThat(bed.mismatches).isEmpty();
    }
  }

  @Test
  void underLoadFromManyThreadsNothingIsReportedThatIsOnItsWay() throws Exception {
    AtomicInteger writes = new AtomicInteger();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (ShadowBed bed = new ShadowBed(dbs)) {
      List<Future<?>> running =
          IntStream.range(0, 4)
              .<Future<?>>mapToObj(
                  thread ->
                      threads.submit(
                          () -> {
                            for (int i = 0; i < 60; i++) {
                              bed.run("UPDATE item SET n = n + 1 WHERE id = " + (1 + thread * 5));
                              writes.incrementAndGet();
                              bed.read("SELECT id, n FROM item WHERE id < ? ORDER BY id", 18);
                            }
                            return null;
                          }))
              .toList();
      for (Future<?> future : running) {
        future.get(3, TimeUnit.MINUTES);
      }
      Awaitility.await().until(() -> bed.ended() == 240);
      assertThat(bed.mismatches).isEmpty();
      assertThat(bed.count("match")).isPositive();
      assertThat(bed.count("error")).isZero();
      dbs.awaitSameRows("SELECT * FROM item ORDER BY id");
    } finally {
      threads.shutdownNow();
    }
    assertThat(writes).hasValue(240);
  }

  @Test
  void theShareIsTheOneThatIsConfigured() throws Exception {
    AtomicInteger next = new AtomicInteger();
    try (ShadowBed bed =
        new ShadowBed(
            ShadowBed.config(ShadowBed.LONG).shadowReads(new ShadowReadsConfig(0.25)).build(),
            dbs.source(),
            dbs.target(),
            b -> b.random(() -> next.getAndIncrement() % 8 / 8.0))) {
      bed.awaitLane("public.item");
      for (int i = 0; i < 40; i++) {
        bed.read("SELECT * FROM item WHERE id = ?", i);
      }
      bed.await("match", 10);
      assertThat(next).hasValue(40);
      assertThat(bed.ended()).isEqualTo(10);
    }
  }

  @Test
  void aTransactionThatWroteReadsItsOwnWritesAndIsNotRepeated() throws Exception {
    try (ShadowBed bed = new ShadowBed(dbs);
        Connection c = bed.ds.getConnection()) {
      c.setAutoCommit(false);
      assertThat(ShadowBed.read(c, "SELECT * FROM item WHERE id = 500")).isZero();
      try (Statement s = c.createStatement()) {
        s.executeUpdate("INSERT INTO item VALUES (500, 'own', 1)");
      }
      assertThat(ShadowBed.read(c, "SELECT * FROM item WHERE id = 500")).isEqualTo(1);
      c.commit();
      bed.await("match", 1);
      assertThat(ShadowBed.read(c, "SELECT * FROM item WHERE id = 500")).isEqualTo(1);
      c.rollback();
      bed.await("match", 2);
      assertThat(bed.ended()).isEqualTo(2);
    }
  }

  @Test
  void engagedNothingIsRepeated() throws Exception {
    try (ShadowBed bed = new ShadowBed(dbs)) {
      bed.read("SELECT * FROM item");
      bed.await("match", 1);
      bed.killSwitch.engage();
      Awaitility.await().until(() -> !bed.ds.migration().active());
      bed.read("SELECT * FROM item");
      bed.killSwitch.release();
      Awaitility.await().until(() -> bed.ds.migration().active());
      bed.read("SELECT * FROM item");
      bed.await("match", 2);
      assertThat(bed.ended()).isEqualTo(2);
    }
  }

  @Test
  void theComparatorMayBeReplaced() throws Exception {
    dbs.execute(dbs.target(), "UPDATE item SET name = 'tampered' WHERE id = 7");
    try (ShadowBed bed =
        new ShadowBed(
            dbs,
            dbs.source(),
            dbs.target(),
            b ->
                b.shadowComparator(
                    (query, one, other) ->
                        ((QueryAnswer) one).rows() == ((QueryAnswer) other).rows()))) {
      bed.read("SELECT * FROM item");
      bed.await("match", 1);
    }
  }

  @Test
  void aListenerThatFailsDisturbsNobody() throws Exception {
    dbs.execute(dbs.target(), "DELETE FROM item WHERE id = 1");
    try (ShadowBed bed =
        new ShadowBed(
            dbs,
            dbs.source(),
            dbs.target(),
            b ->
                b.onMismatch(
                    mismatch -> {
                      throw new IllegalStateException("listener");
                    }))) {
      bed.read("SELECT * FROM item");
      bed.await("mismatch", 1);
      bed.read("SELECT * FROM item WHERE id > 1");
      bed.await("match", 1);
    }
  }
}
