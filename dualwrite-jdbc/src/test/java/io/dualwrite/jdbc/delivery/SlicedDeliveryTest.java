package io.dualwrite.jdbc.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.delivery.DeliveryProbe.Point;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A table delivered in slices by several at once. */
@WithDatabases
@Timeout(300)
class SlicedDeliveryTest {
  private static final String ITEM = "public.item";
  private static final String ALL = "SELECT * FROM item ORDER BY id";

  private final TestDatabases dbs;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private Bed bed;

  SlicedDeliveryTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @BeforeEach
  void tables() throws SQLException {
    bed = new Bed(dbs, "CREATE TABLE item (id int PRIMARY KEY, v text)");
  }

  @AfterEach
  void stop() throws InterruptedException {
    threads.shutdownNow();
    assertThat(threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
  }

  private LaneDelivery delivery(int workers, DeliveryProbe probe) throws SQLException {
    return bed.delivery(
        ITEM, probe, bed.context(), DeliverySettings.DEFAULT.workers(workers), () -> true);
  }

  private void rows(int from, int to) throws SQLException {
    dbs.execute(
        dbs.source(),
        "INSERT INTO item SELECT g, 'row ' || g FROM generate_series(" + from + ", " + to + ") g");
  }

  private void name(String rows) throws SQLException {
    dbs.execute(
        dbs.source(),
        "INSERT INTO dualwrite.journal (table_name, key_id, key) SELECT 'public.item', "
            + bed.keyId(ITEM)
            + ", ARRAY[g::text] FROM "
            + rows
            + " g");
  }

  private void slices(LaneDelivery lane) {
    lane.slices(threads, () -> true, true);
  }

  /** A busy machine may not get through all of them in one while. */
  private void allSlices(LaneDelivery lane) throws SQLException {
    int idle = 0;
    while (idle < 3) {
      long before = bed.pending();
      slices(lane);
      idle = bed.pending() == before ? idle + 1 : 0;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 8})
  @Guarantee({"G1", "G5"})
  void allThatIsNamedArrivesAndIsNamedNoMore(int workers) throws SQLException {
    rows(1, 6000);
    name("generate_series(1, 6000)");
    dbs.execute(dbs.target(), "INSERT INTO item VALUES (17, 'old'), (9000, 'gone')");
    name("generate_series(9000, 9000)");
    LaneDelivery lane = delivery(workers, DeliveryProbe.NONE);
    allSlices(lane);
    assertThat(bed.pending()).isZero();
    dbs.assertSameRows(ALL);
    assertThat(lane.rowsInSlices()).isGreaterThanOrEqualTo(6000);
  }

  @Test
  void runsThatLieInBlocksGoInSlicesAndOthersWithTheWholeTable() throws SQLException {
    rows(1, 3000);
    range(512, 767);
    range(768, 900);
    range(1000, 1100);
    LaneDelivery lane = delivery(8, DeliveryProbe.NONE);
    allSlices(lane);
    assertThat(bed.pending()).as("the run across blocks").isEqualTo(1);
    bed.drain(lane);
    assertThat(dbs.query(dbs.target(), ALL))
        .isEqualTo(
            dbs.query(
                dbs.source(),
                "SELECT * FROM item WHERE id BETWEEN 512 AND 900 OR id BETWEEN 1000 AND 1100 ORDER BY id"));
  }

  private void range(int from, int to) throws SQLException {
    dbs.execute(
        dbs.source(),
        "INSERT INTO dualwrite.journal (table_name, key_id, range_from, range_to) VALUES ('public.item', "
            + bed.keyId(ITEM)
            + ", '"
            + from
            + "', '"
            + to
            + "')");
  }

  @Test
  void anEntryOfSeveralKeysGoesWithItsSliceOrWithTheWholeTable() throws SQLException {
    rows(1, 3000);
    keys("{{1},{2},{255}}");
    keys("{{256},{257}}");
    keys("{{300},{700}}");
    LaneDelivery lane = delivery(8, DeliveryProbe.NONE);
    allSlices(lane);
    assertThat(dbs.query(dbs.target(), "SELECT id FROM item ORDER BY id"))
        .extracting(row -> row.get(0))
        .containsExactly("1", "2", "255", "256", "257");
    assertThat(bed.pending()).isEqualTo(1);
    bed.drain(lane);
    assertThat(dbs.queryValue(dbs.target(), "SELECT count(*) FROM item")).isEqualTo("7");
    assertThat(bed.pending()).isZero();
  }

  private void keys(String keys) throws SQLException {
    dbs.execute(
        dbs.source(),
        "INSERT INTO dualwrite.journal (table_name, key_id, keys) VALUES ('public.item', "
            + bed.keyId(ITEM)
            + ", '"
            + keys
            + "')");
  }

  @Test
  void whatNamesTheWholeTableOrAnotherKeyIsLeft() throws SQLException {
    rows(1, 3000);
    dbs.execute(dbs.target(), "INSERT INTO item VALUES (5000, 'gone')");
    dbs.execute(
        dbs.source(),
        "INSERT INTO dualwrite.journal (table_name, key_id, key) VALUES ('public.item', 7, '{1}'), ('public.item', NULL, NULL)");
    LaneDelivery lane = delivery(4, DeliveryProbe.NONE);
    allSlices(lane);
    assertThat(bed.pending()).isEqualTo(2);
    bed.drain(lane);
    dbs.assertSameRows(ALL);
    assertThat(bed.pending()).isZero();
  }

  @Test
  void withoutABacklogThereAreNoSlices() throws SQLException {
    rows(1, 10);
    name("generate_series(1, 10)");
    LaneDelivery lane = delivery(4, DeliveryProbe.NONE);
    lane.slices(threads, () -> true, false);
    assertThat(bed.pending()).isEqualTo(10);
    bed.drain(lane);
    lane.slices(threads, () -> true, false);
    assertThat(lane.rowsInSlices()).isZero();
  }

  @Test
  void whileRoundsLeaveSomethingThereAre() throws SQLException {
    rows(1, 20_000);
    name("generate_series(1, 20000)");
    LaneDelivery lane = delivery(4, DeliveryProbe.NONE);
    assertThat(lane.round(true).kind()).isEqualTo(RoundResult.Kind.MORE);
    lane.slices(threads, () -> true, false);
    assertThat(lane.rowsInSlices()).isZero();
    assertThat(lane.round(true).kind()).isEqualTo(RoundResult.Kind.MORE);
    lane.slices(threads, () -> true, false);
    assertThat(lane.rowsInSlices()).isPositive();
    bed.drain(lane);
    dbs.assertSameRows(ALL);
  }

  @Test
  @Guarantee("G1")
  void aRowThatIsRefusedIsLeftToTheWholeTable() throws SQLException {
    rows(1, 3000);
    dbs.execute(dbs.target(), "ALTER TABLE item ADD CHECK (id <> 700)");
    name("generate_series(1, 3000)");
    LaneDelivery lane = delivery(4, DeliveryProbe.NONE);
    for (int i = 0; i < 3; i++) {
      slices(lane);
    }
    assertThat(bed.setAside()).isZero();
    bed.drain(lane);
    assertThat(bed.setAside()).isEqualTo(1);
    assertThat(bed.pending()).isZero();
    dbs.assertSameRows("SELECT * FROM item WHERE id <> 700 ORDER BY id");
  }

  @Test
  @Guarantee("G1")
  void anUnexpectedFailureOfAHelperEndsThem() throws SQLException {
    rows(1, 3000);
    name("generate_series(1, 3000)");
    AtomicBoolean failed = new AtomicBoolean();
    LaneDelivery lane =
        delivery(
            2,
            where -> {
              if (!failed.getAndSet(true)) {
                throw new IllegalStateException("once");
              }
            });
    // As by a pool: the helper is at work first, and what it throws nobody sees.
    lane.slices(helper -> new FutureTask<>(helper, null).run(), () -> true, true);
    assertThat(failed).isTrue();
    slices(lane);
    assertThat(lane.rowsInSlices()).as("none for a while").isZero();
    bed.drain(lane);
    dbs.assertSameRows(ALL);
  }

  @Test
  @Guarantee("G4")
  void aConstraintThatComesMeanwhileIsHeld() throws Exception {
    rows(1, 3000);
    name("generate_series(1, 3000)");
    Gate gate = new Gate(Point.WRITTEN);
    LaneDelivery lane = delivery(2, gate);
    Future<?> while_ = threads.submit(() -> slices(lane));
    gate.awaitReached();
    Future<?> alter =
        threads.submit(
            () -> {
              dbs.execute(dbs.target(), "ALTER TABLE item ADD UNIQUE (v)");
              return null;
            });
    gate.open();
    while_.get();
    alter.get();
    // Two rows of different slices swap what may be there once only.
    bed.drain(lane);
    dbs.execute(
        dbs.source(),
        "UPDATE item SET v = CASE id WHEN 1 THEN 'row 300' ELSE 'row 1' END WHERE id IN (1, 300)");
    name("unnest(ARRAY[1, 300])");
    long before = lane.rowsInSlices();
    slices(lane);
    assertThat(lane.rowsInSlices()).isEqualTo(before);
    bed.drain(bed.delivery(ITEM));
    dbs.assertSameRows(ALL);
    assertThat(bed.pending()).isZero();
    assertThat(bed.setAside()).isZero();
  }

  @Test
  @Guarantee("G9")
  void whatIsUnderWayIsCutOff() throws Exception {
    rows(1, 3000);
    name("generate_series(1, 3000)");
    AtomicBoolean running = new AtomicBoolean(true);
    Gate gate = new Gate(Point.LOCKED);
    LaneDelivery lane =
        bed.delivery(ITEM, gate, bed.context(), DeliverySettings.DEFAULT.workers(4), running::get);
    Future<?> while_ = threads.submit(() -> lane.slices(threads, running::get, true));
    gate.awaitReached();
    running.set(false);
    lane.cutOff();
    String then = dbs.queryValue(dbs.target(), "SELECT count(*) FROM item");
    gate.open();
    while_.get();
    assertThat(dbs.queryValue(dbs.target(), "SELECT count(*) FROM item"))
        .as("nothing is written any more")
        .isEqualTo(then);
    running.set(true);
    bed.drain(lane);
    dbs.assertSameRows(ALL);
  }

  @ParameterizedTest
  @EnumSource(names = {"LOCKED", "WRITTEN", "SECONDARY_COMMITTED", "CLEARED"})
  @Guarantee({"G1", "G5"})
  void connectionsThatEndAnywhere(Point point) throws Exception {
    rows(1, 5000);
    name("generate_series(1, 5000)");
    AtomicBoolean ended = new AtomicBoolean();
    LaneDelivery lane =
        delivery(
            4,
            where -> {
              if (where == point && ended.compareAndSet(false, true)) {
                endOtherConnections();
              }
            });
    allSlices(lane);
    assertThat(ended).isTrue();
    dbs.execute(dbs.source(), "UPDATE item SET v = 'newer' WHERE id % 3 = 0");
    name("generate_series(3, 5000, 3)");
    bed.drain(delivery(4, DeliveryProbe.NONE));
    dbs.assertSameRows(ALL);
    assertThat(bed.pending()).isZero();
  }

  private void endOtherConnections() {
    try {
      for (var side : List.of(dbs.source(), dbs.target())) {
        dbs.query(
            side,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                + " AND state LIKE 'idle in transaction%'");
      }
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  @Guarantee({"G1", "G4"})
  void severalWhoDisagreeOnWhetherToSplit(long seed) throws Exception {
    Random random = new Random(seed);
    AtomicBoolean writing = new AtomicBoolean(true);
    List<Future<?>> deliverers = new ArrayList<>();
    for (int workers : new int[] {1, 2, 4, 8}) {
      LaneDelivery lane = delivery(workers, DeliveryProbe.NONE);
      Random own = new Random(random.nextLong());
      deliverers.add(
          threads.submit(
              () -> {
                while (writing.get()) {
                  if (own.nextInt(4) == 0) {
                    lane.round(own.nextBoolean());
                  } else {
                    lane.slices(threads, writing::get, true);
                  }
                }
                return null;
              }));
    }
    List<Future<?>> writers = new ArrayList<>();
    for (int w = 0; w < 3; w++) {
      Random own = new Random(random.nextLong());
      writers.add(threads.submit(() -> write(own)));
    }
    for (Future<?> writer : writers) {
      writer.get(3, TimeUnit.MINUTES);
    }
    writing.set(false);
    for (Future<?> deliverer : deliverers) {
      deliverer.get(3, TimeUnit.MINUTES);
    }
    bed.drain(delivery(1, DeliveryProbe.NONE));
    dbs.assertSameRows(ALL);
    assertThat(bed.pending()).isZero();
    assertThat(bed.setAside()).isZero();
  }

  /** Hot rows of all slices: written, deleted, moved to other keys, as one or as many. */
  private Object write(Random random) throws SQLException {
    try (Connection source = dbs.source().getConnection()) {
      source.setAutoCommit(false);
      int keyId = bed.keyId(ITEM);
      for (int i = 0; i < 250; i++) {
        // One writer at a time at the rows: what is tested is how they are delivered.
        Bed.run(source, "SELECT pg_advisory_xact_lock(1)");
        int first = random.nextInt(40) * 100;
        int second = random.nextInt(40) * 100;
        switch (random.nextInt(5)) {
          case 0 -> {
            Bed.run(source, "DELETE FROM item WHERE id = " + first);
            bed.enter(source, ITEM, keyId, "" + first);
          }
          case 1 -> {
            int from = Math.min(first, second);
            int to = Math.max(first, second);
            Bed.run(source, "DELETE FROM item WHERE id = " + from);
            Bed.run(source, "UPDATE item SET id = " + from + " WHERE id = " + to);
            bed.enter(source, ITEM, keyId, "" + from);
            bed.enter(source, ITEM, keyId, "" + to);
          }
          case 2 -> {
            Bed.run(
                source,
                "INSERT INTO item SELECT g * 100, 'many "
                    + i
                    + "' FROM generate_series(0, 4) g ON CONFLICT (id) DO UPDATE SET v = EXCLUDED.v");
            Bed.run(
                source,
                "INSERT INTO dualwrite.journal (table_name, key_id, keys) VALUES ('public.item', "
                    + keyId
                    + ", '{{0},{100},{200},{300},{400}}')");
          }
          default -> {
            Bed.run(
                source,
                "INSERT INTO item VALUES ("
                    + first
                    + ", 'row "
                    + random.nextInt()
                    + "') ON CONFLICT (id) DO UPDATE SET v = EXCLUDED.v");
            bed.enter(source, ITEM, keyId, "" + first);
          }
        }
        if (random.nextInt(10) == 0) {
          source.rollback();
        } else {
          source.commit();
        }
      }
    }
    return "";
  }
}
