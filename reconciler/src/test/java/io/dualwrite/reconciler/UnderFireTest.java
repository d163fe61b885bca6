package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.DualWriteDataSource;
import io.dualwrite.reconciler.compare.CompareOptions;
import io.dualwrite.reconciler.compare.Comparison;
import io.dualwrite.reconciler.compare.Difference;
import io.dualwrite.reconciler.compare.WindowResult.Status;
import io.dualwrite.reconciler.repair.RepairOptions;
import io.dualwrite.reconciler.window.SideReadException;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.Seeds;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * An application writes at full speed while the target is killed and comes back, twice: comparisons
 * meanwhile report what is really different and nothing else.
 */
@Guarantee("G10")
class UnderFireTest {
  private static final int WRITERS = 4;

  /** Rows that nobody writes to but this test. */
  private static final Set<String> PLANTED =
      Set.of(
          "public.accounts CHANGED 2100",
          "public.accounts MISSING 2200",
          "public.accounts EXTRA 900001",
          "public.events CHANGED 1010",
          "public.events MISSING 1020",
          "public.events EXTRA 900002");

  private final AtomicBoolean over = new AtomicBoolean();
  private final AtomicLong written = new AtomicLong();
  private final Queue<Comparison> compared = new ConcurrentLinkedQueue<>();

  @Test
  @WithDatabases(dedicated = true)
  void onlyWhatIsReallyDifferentIsReportedAndAllOfIt(TestDatabases dbs) {
    Seeds.check(1, random -> underFire(dbs, random.nextLong()));
  }

  private void underFire(TestDatabases dbs, long seed) throws Exception {
    TwoDatabases two = new TwoDatabases(dbs);
    two.both(
        "create table accounts (id bigint primary key, v bigint not null, note text)",
        "create table events (id bigint, at timestamptz, account bigint references accounts, v float8, primary key (id, at))",
        "create index on events (at)",
        "insert into accounts select i, i, 'account ' || i from generate_series(1, 3000) i",
        "insert into events select i, timestamptz '2001-01-14Z' + i * interval '1 min', i % 3000 + 1, i / 7.0 from generate_series(1, 3000) i",
        "create sequence event_ids start 10000");
    two.reconciler.init();
    two.target(
        "update accounts set v = v + 4294967296 where id = 2100",
        "delete from events where id = 1020",
        "delete from events where account = 2200",
        "delete from accounts where id = 2200",
        "insert into accounts values (900001, 1, null)",
        "update events set v = v + 1e-9 where id = 1010",
        "insert into events values (900002, '2001-01-15Z', 5, null)");
    // The event of the account that is gone is missing too.
    two.source("delete from events where account = 2200");

    ExecutorService threads = Executors.newFixedThreadPool(WRITERS + 1);
    List<Future<?>> running = new ArrayList<>();
    try (DualWriteDataSource application =
        DualWriteDataSource.builder()
            .source(dbs.source())
            .target(dbs.target())
            .config(two.config)
            .build()) {
      for (int i = 0; i < WRITERS; i++) {
        Random random = new Random(seed + i);
        running.add(
            threads.submit(
                () -> {
                  write(application, random);
                  return null;
                }));
      }
      running.add(threads.submit(() -> compareOverAndOver(two)));
      for (int kill = 0; kill < 2; kill++) {
        awaitWrites(500);
        awaitComparisons(2);
        dbs.targetServer().kill();
        awaitWrites(500);
        dbs.targetServer().restart();
      }
      awaitWrites(500);
      // The writers go on; each window is looked at again until what is on its way has arrived.
      Awaitility.await()
          .atMost(Duration.ofMinutes(5))
          .until(() -> found(two.compare(patient(two))).equals(PLANTED) || failed(running));
      end(threads);
      Awaitility.await()
          .atMost(Duration.ofMinutes(5))
          .untilAsserted(
              () ->
                  assertThat(
                          dbs.queryValue(
                              dbs.source(),
                              "select (select count(*) from dualwrite.journal) || ' waiting, ' || (select count(*) from dualwrite.set_aside) || ' set aside'"))
                      .isEqualTo("0 waiting, 0 set aside"));
    } finally {
      end(threads);
    }
    for (Future<?> each : running) {
      each.get();
    }

    assertThat(compared).isNotEmpty();
    for (Comparison comparison : compared) {
      assertThat(comparison.inSync()).isFalse();
      assertThat(PLANTED).containsAll(found(comparison));
    }
    Comparison last = two.compare(patient(two));
    assertThat(last.count(Status.FAILED) + last.count(Status.NOT_YET)).isZero();
    assertThat(found(last)).isEqualTo(PLANTED);
    assertThat(two.repair(RepairOptions.of(patient(two)).deleteExtra(true)).after().inSync())
        .isTrue();
    dbs.assertSameRows("select * from accounts order by id");
    dbs.assertSameRows("select * from events order by id, at");
  }

  private void end(ExecutorService threads) throws InterruptedException {
    over.set(true);
    threads.shutdown();
    assertThat(threads.awaitTermination(180, TimeUnit.SECONDS)).isTrue();
  }

  private static CompareOptions patient(TwoDatabases two) {
    return two.options().patience(Duration.ofSeconds(20));
  }

  private static boolean failed(List<Future<?>> running) {
    return running.stream().anyMatch(Future::isDone);
  }

  private void awaitWrites(long more) {
    long from = written.get();
    Awaitility.await().atMost(Duration.ofMinutes(5)).until(() -> written.get() >= from + more);
  }

  private void awaitComparisons(int more) {
    int from = compared.size();
    Awaitility.await().atMost(Duration.ofMinutes(5)).until(() -> compared.size() >= from + more);
  }

  private void compareOverAndOver(TwoDatabases two) {
    while (!over.get()) {
      try {
        compared.add(two.compare(two.options().patience(Duration.ofMillis(500))));
      } catch (SideReadException | ReconcilerException targetDown) {
        // Nothing was said about the data.
      }
    }
  }

  private static Set<String> found(Comparison comparison) {
    Set<String> found = new TreeSet<>();
    comparison
        .tables()
        .forEach(
            table -> {
              assertThat(table.missing() + table.extra() + table.changed())
                  .isEqualTo(table.differences().size());
              for (Difference d : table.differences()) {
                found.add(table.table() + " " + d.kind() + " " + d.key().get("id"));
              }
            });
    return found;
  }

  private void write(DataSource application, Random random) throws SQLException {
    while (!over.get()) {
      try (Connection connection = application.getConnection();
          Statement statement = connection.createStatement()) {
        connection.setAutoCommit(false);
        for (int i = 0; i <= random.nextInt(3); i++) {
          statement.execute(change(random));
        }
        if (random.nextInt(10) == 0) {
          connection.rollback();
        } else {
          connection.commit();
        }
        connection.setAutoCommit(true);
        written.incrementAndGet();
      } catch (SQLException e) {
        // Writers that took each other's rows in another order.
        if (!"40P01".equals(e.getSQLState())) {
          throw e;
        }
      }
    }
  }

  private static String change(Random random) {
    int account = 1 + random.nextInt(2000);
    int day = random.nextInt(20);
    String at = "timestamptz '2001-02-01Z' + interval '" + day + " days'";
    return switch (random.nextInt(6)) {
      case 0 ->
          "update accounts set v = v + 1, note = clock_timestamp()::text where id = " + account;
      case 1 ->
          "insert into events select nextval('event_ids'), " + at + ", " + account + ", random()";
      case 2 ->
          "insert into events select nextval('event_ids'), "
              + at
              + " + i * interval '1 s', "
              + account
              + ", random() from generate_series(1, 20) i";
      case 3 -> "delete from events where at = " + at + " and account = " + account;
      case 4 -> "update events set v = random() where at = " + at + " and id % 97 = " + day;
      default ->
          "insert into accounts values ("
              + (4000 + account)
              + ", 1) on conflict (id) do update set v = accounts.v + 1";
    };
  }
}
