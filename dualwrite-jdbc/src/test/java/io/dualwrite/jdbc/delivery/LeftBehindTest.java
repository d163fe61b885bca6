package io.dualwrite.jdbc.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.DualWriteMetrics;
import io.dualwrite.jdbc.copy.RowKey;
import io.dualwrite.jdbc.delivery.DeliveryEngine.LaneSource;
import io.dualwrite.jdbc.delivery.DeliveryProbe.Point;
import io.dualwrite.jdbc.schema.KeyId;
import io.dualwrite.jdbc.schema.Lane;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rows that no journal names, and an application that ends: they arrive or are counted. */
@WithDatabases
class LeftBehindTest {
  private static final String ITEM = "public.item";

  private final TestDatabases dbs;
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final Gate gate = new Gate(Point.LOCKED);
  private Bed bed;
  private List<Lane> lanes = List.of();

  LeftBehindTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @BeforeEach
  void row() throws SQLException {
    bed = new Bed(dbs, "CREATE TABLE item (id int PRIMARY KEY)");
    dbs.execute(dbs.source(), "INSERT INTO item VALUES (1)");
    lanes = bed.mirror().lanes();
  }

  @AfterEach
  void open() {
    gate.open();
  }

  private DeliveryEngine engine(LaneSource source, DeliveryProbe probe) {
    DeliveryEngine engine =
        new DeliveryEngine(
            bed.context(),
            DeliverySettings.DEFAULT,
            source,
            bed.config.secondary().circuitBreaker().newBreaker("test"),
            DualWriteMetrics.of(registry, "test"),
            probe);
    engine.resume();
    return engine;
  }

  private void remember(DeliveryEngine engine) {
    engine.remember(ITEM, KeyId.ofKey(List.of("id")), List.of(new RowKey(List.of("1"))));
  }

  private double leftBehind() {
    Counter counter =
        registry.find("dualwrite.secondary.failures").tags("reason", "left-behind").counter();
    return counter == null ? 0 : counter.count();
  }

  @Test
  void oneOfASecondaryThatWasNeverSeenIsCounted() {
    DeliveryEngine engine =
        engine(
            () -> {
              throw new SQLException("down");
            },
            DeliveryProbe.NONE);
    remember(engine);
    engine.close();
    assertThat(leftBehind()).isEqualTo(1);
  }

  @Test
  void oneThatTheKillSwitchKeepsIsCounted() {
    DeliveryEngine engine = engine(() -> lanes, DeliveryProbe.NONE);
    Awaitility.await().until(() -> engine.lane(ITEM).isPresent());
    engine.pause();
    remember(engine);
    engine.close();
    assertThat(leftBehind()).isEqualTo(1);
  }

  @Test
  void oneThatARoundGivesBackIsCounted() {
    DeliveryEngine engine = engine(() -> lanes, gate);
    remember(engine);
    gate.awaitReached();
    engine.pause();
    gate.open();
    engine.close();
    assertThat(leftBehind()).isEqualTo(1);
  }

  @Test
  void oneOfATableThatTheSecondaryRefusesIsCounted() throws Exception {
    dbs.execute(dbs.target(), "DROP TABLE item");
    DeliveryEngine engine = engine(() -> lanes, DeliveryProbe.NONE);
    remember(engine);
    Awaitility.await().until(() -> engine.heldTables().contains(ITEM));
    engine.close();
    assertThat(leftBehind()).isEqualTo(1);
  }

  @Test
  void oneThatIsWrittenAfterwardsIsCounted() {
    DeliveryEngine engine = engine(() -> lanes, DeliveryProbe.NONE);
    Awaitility.await().until(() -> engine.lane(ITEM).isPresent());
    engine.close();
    remember(engine);
    engine.remember("public.other", 1, List.of(new RowKey(List.of("1"))));
    assertThat(leftBehind()).isEqualTo(1);
    assertThat(
            registry.find("dualwrite.secondary.failures").tags("table", "public.other").counter())
        .isNotNull();
  }

  @Test
  void oneThatIsUnderWayArrives() throws Exception {
    DeliveryEngine engine = engine(() -> lanes, gate);
    remember(engine);
    gate.awaitReached();
    CompletableFuture<Void> closed = CompletableFuture.runAsync(engine::close);
    Awaitility.await()
        .pollDelay(Duration.ofMillis(100))
        .until(() -> !closed.isDone() && engine.isRunning());
    gate.open();
    closed.get();
    dbs.assertSameRows("SELECT * FROM item");
    assertThat(leftBehind()).isZero();
  }
}
