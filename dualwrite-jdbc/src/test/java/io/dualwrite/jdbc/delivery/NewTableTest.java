package io.dualwrite.jdbc.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.DualWriteMetrics;
import io.dualwrite.jdbc.copy.RowKey;
import io.dualwrite.jdbc.schema.KeyId;
import io.dualwrite.jdbc.schema.Lane;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A table that is made while delivery runs. */
@WithDatabases
class NewTableTest {
  private static final String OLD = "public.old";
  private static final String NEW = "public.new";
  private static final String MAKE = "CREATE TABLE new (id int PRIMARY KEY)";
  private static final String ALL = "SELECT * FROM new";

  private final TestDatabases dbs;
  private final Bed bed;
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final AtomicInteger looks = new AtomicInteger();
  private final AtomicInteger readings = new AtomicInteger();
  private volatile boolean readable = true;
  private DeliveryEngine engine;

  NewTableTest(TestDatabases dbs) throws SQLException {
    this.dbs = dbs;
    this.bed = new Bed(dbs, "CREATE TABLE old (id int PRIMARY KEY)");
  }

  /** Reads the schemas at the beginning and when told that they have changed. */
  private final class Schemas implements DeliveryEngine.LaneSource {
    private boolean changed;
    private List<Lane> lanes = bed.mirror().lanes();

    private Schemas() throws SQLException {}

    @Override
    public List<Lane> lanes() throws SQLException {
      looks.incrementAndGet();
      if (!readable) {
        throw new SQLException("not now");
      }
      if (changed) {
        lanes = bed.mirror().lanes();
        changed = false;
      }
      return lanes;
    }

    @Override
    public void changed() {
      readings.incrementAndGet();
      changed = true;
    }
  }

  @BeforeEach
  void begin() throws Exception {
    engine =
        new DeliveryEngine(
            bed.context(),
            DeliverySettings.DEFAULT,
            new Schemas(),
            bed.config.secondary().circuitBreaker().newBreaker("test"),
            DualWriteMetrics.of(registry, "test"),
            DeliveryProbe.NONE);
    engine.resume();
    Awaitility.await().until(() -> engine.lane(OLD).isPresent());
  }

  @AfterEach
  void close() {
    engine.close();
  }

  @Test
  void itsFirstWriteHasTheSchemasReadAnewOnce() {
    engine.wake(OLD);
    afterTwoLooks();
    assertThat(readings).hasValue(0);
    engine.wake(NEW);
    Awaitility.await().until(() -> readings.get() == 1);
    // Still not on the secondary: that is for the regular look.
    engine.wake(NEW);
    afterTwoLooks();
    assertThat(readings).hasValue(1);
  }

  @Test
  void rowsThatOnlyMemoryNamesWaitForIt() throws Exception {
    dbs.executeOnBoth(MAKE);
    readable = false;
    afterTwoLooks();
    dbs.execute(dbs.source(), "INSERT INTO new VALUES (1), (2)");
    remember("1");
    afterTwoLooks();
    remember("2");
    readable = true;
    dbs.awaitSameRows(ALL);
    assertThat(unknown()).isZero();
  }

  @Test
  void theyAreCountedIfTheSecondaryLacksIt() {
    remember("1");
    Awaitility.await().until(() -> unknown() == 1);
    remember("2");
    assertThat(unknown()).isEqualTo(2);
  }

  @Test
  @Guarantee("G1")
  void whoEndsWaitsForIt() throws Exception {
    dbs.executeOnBoth(MAKE);
    bed.change("INSERT INTO new VALUES (1)", NEW, "1");
    assertThat(engine.drain(Duration.ofSeconds(20))).isTrue();
    dbs.assertSameRows(ALL);
  }

  @Test
  void whoEndsDoesNotWaitForOneThatTheSecondaryLacks() throws Exception {
    dbs.execute(dbs.source(), MAKE);
    bed.change("INSERT INTO new VALUES (1)", NEW, "1");
    assertThat(engine.drain(Duration.ofMinutes(10))).isFalse();
  }

  private void remember(String key) {
    engine.remember(NEW, KeyId.ofKey(List.of("id")), List.of(new RowKey(List.of(key))));
  }

  private double unknown() {
    Counter counter =
        registry.find("dualwrite.secondary.failures").tags("reason", "secondary-unknown").counter();
    return counter == null ? 0 : counter.count();
  }

  private void afterTwoLooks() {
    int now = looks.get();
    Awaitility.await().until(() -> looks.get() >= now + 2);
  }
}
