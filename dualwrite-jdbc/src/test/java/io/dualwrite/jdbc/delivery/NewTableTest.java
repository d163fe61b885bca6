package io.dualwrite.jdbc.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.DualWriteMetrics;
import io.dualwrite.jdbc.schema.Lane;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A table that is made while delivery runs. */
@WithDatabases
class NewTableTest {
  private final Bed bed;
  private final AtomicInteger looks = new AtomicInteger();
  private final AtomicInteger readings = new AtomicInteger();

  NewTableTest(TestDatabases dbs) throws SQLException {
    this.bed = new Bed(dbs, "CREATE TABLE old (id int PRIMARY KEY)");
  }

  @Test
  void itsFirstWriteHasTheSchemasReadAnewOnce() throws Exception {
    List<Lane> lanes = bed.mirror().lanes();
    DeliveryEngine.LaneSource source =
        new DeliveryEngine.LaneSource() {
          @Override
          public List<Lane> lanes() {
            looks.incrementAndGet();
            return lanes;
          }

          @Override
          public void changed() {
            readings.incrementAndGet();
          }
        };
    try (DeliveryEngine engine =
        new DeliveryEngine(
            bed.context(),
            DeliverySettings.DEFAULT,
            source,
            bed.config.secondary().circuitBreaker().newBreaker("test"),
            DualWriteMetrics.none(),
            DeliveryProbe.NONE)) {
      engine.resume();
      Awaitility.await().until(() -> engine.lane("public.old").isPresent());
      engine.wake("public.old");
      afterTwoLooks();
      assertThat(readings).hasValue(0);
      engine.wake("public.new");
      Awaitility.await().until(() -> readings.get() == 1);
      // Still not on the secondary: that is for the regular look.
      engine.wake("public.new");
      afterTwoLooks();
      assertThat(readings).hasValue(1);
    }
  }

  private void afterTwoLooks() {
    int now = looks.get();
    Awaitility.await().until(() -> looks.get() >= now + 2);
  }
}
