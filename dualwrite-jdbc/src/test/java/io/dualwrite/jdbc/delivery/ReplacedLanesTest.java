package io.dualwrite.jdbc.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.DualWriteMetrics;
import io.dualwrite.jdbc.copy.RowKey;
import io.dualwrite.jdbc.delivery.DeliveryProbe.Point;
import io.dualwrite.jdbc.delivery.RememberedRows.Remembered;
import io.dualwrite.jdbc.schema.KeyId;
import io.dualwrite.jdbc.schema.Lane;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A table gets another key, and so its lane another worker, while a round is under way. */
@WithDatabases
class ReplacedLanesTest {
  private static final String ITEM = "public.item";
  private static final String ALL = "SELECT * FROM item ORDER BY id";

  private final TestDatabases dbs;
  private final Gate gate = new Gate(Point.LOCKED);
  private Bed bed;
  private volatile List<Lane> lanes = List.of();
  private DeliveryEngine engine;
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  ReplacedLanesTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @BeforeEach
  void begin() throws Exception {
    bed = new Bed(dbs, "CREATE TABLE item (id int PRIMARY KEY, n int NOT NULL UNIQUE)");
    lanes = bed.mirror().lanes();
    engine =
        new DeliveryEngine(
            bed.context(),
            DeliverySettings.DEFAULT,
            () -> lanes,
            bed.config.secondary().circuitBreaker().newBreaker("test"),
            DualWriteMetrics.of(registry, "test"),
            gate);
  }

  @AfterEach
  void close() {
    gate.open();
    engine.close();
  }

  private void keyBecomesAnother() throws Exception {
    dbs.executeOnBoth(
        "ALTER TABLE item DROP CONSTRAINT item_pkey, ADD CONSTRAINT item_pkey PRIMARY KEY (n)");
    Lane next = bed.lane(ITEM);
    lanes = List.of(next);
    Awaitility.await().until(() -> engine.lane(ITEM).orElseThrow() == next);
  }

  @Test
  @Guarantee("G1")
  void whatTheFormerRoundGivesBackIsDeliveredByTheNextWorker() throws Exception {
    dbs.execute(dbs.source(), "INSERT INTO item VALUES (1, 10)");
    engine.remember(ITEM, KeyId.ofKey(List.of("id")), List.of(new RowKey(List.of("1"))));
    engine.resume();
    gate.awaitReached();
    keyBecomesAnother();
    gate.open();
    dbs.awaitSameRows(ALL);
  }

  @Test
  @Guarantee("G9")
  void whatTheKillSwitchStopsInTheFormerRoundIsDeliveredByTheNextWorker() throws Exception {
    dbs.execute(dbs.source(), "INSERT INTO item VALUES (1, 10)");
    engine.remember(ITEM, KeyId.ofKey(List.of("id")), List.of(new RowKey(List.of("1"))));
    engine.resume();
    gate.awaitReached();
    keyBecomesAnother();
    engine.pause();
    gate.open();
    engine.resume();
    dbs.awaitSameRows(ALL);
  }

  @Test
  void theFormerRoundHasNotFailed() throws Exception {
    bed.change("INSERT INTO item VALUES (1, 10)", ITEM, "1");
    engine.resume();
    gate.awaitReached();
    dbs.executeOnBoth("ALTER TABLE item DROP COLUMN n");
    Lane next = bed.lane(ITEM);
    lanes = List.of(next);
    Awaitility.await().until(() -> engine.lane(ITEM).orElseThrow() == next);
    gate.open();
    dbs.awaitSameRows(ALL);
    engine.close();
    assertThat(registry.find("dualwrite.secondary.failures").counters()).isEmpty();
  }

  @Test
  void aRoundKeepsWhatItHasInHandUntilItIsOver() throws Exception {
    dbs.execute(dbs.source(), "INSERT INTO item SELECT g, g FROM generate_series(1, 1000) g");
    Gate inWalk = new Gate(Point.WRITTEN);
    LaneDelivery lane = bed.delivery(ITEM, inWalk);
    Remembered row = new Remembered(ITEM, KeyId.ofKey(List.of("n")), new RowKey(List.of("1")));
    lane.remember(List.of(row));
    CompletableFuture<RoundResult> round =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return lane.round(true);
              } catch (SQLException e) {
                throw new IllegalStateException(e);
              }
            });
    inWalk.awaitReached();
    List<Remembered> handedOn = new CopyOnWriteArrayList<>();
    lane.replaced(handedOn::addAll);
    assertThat(handedOn).isEmpty();
    inWalk.open();
    assertThat(round.get().kind()).as("of a walk of several").isEqualTo(RoundResult.Kind.MORE);
    assertThat(handedOn).containsExactly(row);
  }

  @Test
  @Guarantee("G1")
  void whoWaitsForTheFormerWorkerWaitsForTheNext() throws Exception {
    bed.change("INSERT INTO item VALUES (1, 10)", ITEM, "1");
    engine.resume();
    gate.awaitReached();
    CompletableFuture<Boolean> delivered = CompletableFuture.supplyAsync(this::await);
    keyBecomesAnother();
    gate.open();
    assertThat(delivered.get()).isTrue();
    dbs.assertSameRows(ALL);
  }

  private boolean await() {
    try {
      return engine.await(List.of(ITEM), Duration.ofMinutes(1));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
