package io.dualwrite.jdbc.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.Side;
import io.dualwrite.jdbc.copy.CopyContext;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

@WithDatabases
class SlowSecondaryTest {
  private static final String TIMED_OUT = "57014";

  private final TestDatabases dbs;

  SlowSecondaryTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  private static boolean isCutOff(String state) {
    return state.startsWith("08");
  }

  @Test
  void takesFewerEntriesUntilASlowSecondaryTakesThemWithinTheLimit() throws Exception {
    Bed bed = new Bed(dbs, "CREATE TABLE item (id int PRIMARY KEY)");
    try (Connection target = dbs.target().getConnection()) {
      Bed.run(
          target,
          "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.001); RETURN NEW; END $$");
      Bed.run(
          target,
          "CREATE TRIGGER dawdle BEFORE INSERT ON item FOR EACH ROW EXECUTE FUNCTION dawdle()");
    }
    try (Connection source = dbs.source().getConnection()) {
      Bed.run(source, "INSERT INTO item SELECT generate_series(1, 600)");
      Bed.run(
          source,
          "INSERT INTO dualwrite.journal (table_name, key_id, key) SELECT 'public.item', "
              + bed.keyId("public.item")
              + ", ARRAY[id::text] FROM item");
    }
    CopyContext within =
        CopyContext.of(bed.config, Side.SOURCE, dbs.source(), dbs.target(), Duration.ofMillis(400));
    LaneDelivery lane = bed.delivery("public.item", DeliveryProbe.NONE, within);
    int timedOut = 0;
    for (int round = 0; round < 500 && bed.pending() > 0; round++) {
      try {
        lane.round(true);
      } catch (SQLException e) {
        // Where this very process was held up, the connection's own limit has come first.
        assertThat(e.getSQLState()).matches(state -> state.equals(TIMED_OUT) || isCutOff(state));
        timedOut += isCutOff(e.getSQLState()) ? 0 : 1;
      }
    }
    assertThat(timedOut).as("rounds that were too large").isPositive();
    assertThat(bed.pending()).isZero();
    dbs.assertSameRows("SELECT * FROM item");
  }
}
