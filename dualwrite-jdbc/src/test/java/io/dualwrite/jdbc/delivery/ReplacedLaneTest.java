package io.dualwrite.jdbc.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.DualWriteMetrics;
import io.dualwrite.jdbc.schema.Lane;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A change of the schema replaces the lanes, while a round of a former one is under way. */
@WithDatabases
class ReplacedLaneTest {
  private static final String ITEM = "public.item";

  private final TestDatabases dbs;

  ReplacedLaneTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @Test
  @Guarantee("G9")
  void itsRoundIsCutOffAsWell() throws Exception {
    Bed bed = new Bed(dbs, "CREATE TABLE item (id int PRIMARY KEY)");
    AtomicReference<List<Lane>> lanes = new AtomicReference<>(bed.mirror().lanes());
    Gate gate = new Gate(DeliveryProbe.Point.WRITTEN);
    try (DeliveryEngine engine =
        new DeliveryEngine(
            bed.context(),
            DeliverySettings.DEFAULT,
            lanes::get,
            bed.config.secondary().circuitBreaker().newBreaker("test"),
            DualWriteMetrics.none(),
            gate)) {
      bed.change("INSERT INTO item VALUES (1)", ITEM, "1");
      engine.resume();
      gate.awaitReached();
      Lane former = engine.lane(ITEM).orElseThrow();
      lanes.set(bed.mirror().lanes());
      Awaitility.await().until(() -> engine.lane(ITEM).orElseThrow() != former);
      assertThat(openTransactions()).isEqualTo("1");
      engine.pause();
      Awaitility.await().until(() -> openTransactions().equals("0"));
      gate.open();
      assertThat(dbs.queryValue(dbs.target(), "SELECT count(*) FROM item")).isEqualTo("0");
      assertThat(bed.pending()).isEqualTo(1);
    } finally {
      gate.open();
    }
  }

  /** Of this database, that have written. */
  private String openTransactions() throws Exception {
    return String.valueOf(
        dbs.queryValue(
            dbs.target(),
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction' AND backend_xid IS NOT NULL"));
  }
}
