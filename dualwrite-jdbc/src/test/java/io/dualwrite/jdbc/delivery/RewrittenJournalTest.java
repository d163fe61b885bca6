package io.dualwrite.jdbc.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** {@code VACUUM FULL} of the journal while entries are about to be deleted. */
@WithDatabases
class RewrittenJournalTest {
  private final TestDatabases dbs;

  RewrittenJournalTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @Test
  @Guarantee({"G1", "G5"})
  void entriesThatSurviveTheirDeletionAreFoundAgain() throws Exception {
    Bed bed = new Bed(dbs, "CREATE TABLE item (id int PRIMARY KEY)");
    AtomicBoolean rewriting = new AtomicBoolean();
    AtomicReference<CompletableFuture<Void>> rewrite = new AtomicReference<>();
    LaneDelivery lane =
        bed.delivery(
            "public.item",
            point -> {
              if (point == DeliveryProbe.Point.SECONDARY_COMMITTED
                  && rewriting.compareAndSet(true, false)) {
                rewrite.set(CompletableFuture.runAsync(this::rewrite));
                // It comes next, before the entries are deleted.
                Awaitility.await().until(this::waitsForItsLock);
              }
            });
    bed.change("INSERT INTO item VALUES (1)", "public.item", "1");
    bed.drain(lane);
    bed.change("INSERT INTO item VALUES (2)", "public.item", "2");
    rewriting.set(true);
    bed.drain(lane);
    rewrite.get().join();
    dbs.assertSameRows("TABLE item");
    bed.drain(lane);
    assertThat(bed.pending()).isZero();
  }

  private void rewrite() {
    try {
      dbs.execute(dbs.source(), "VACUUM FULL dualwrite.journal");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private boolean waitsForItsLock() throws SQLException {
    return "1"
        .equals(
            dbs.queryValue(
                dbs.source(),
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                    + " AND query LIKE 'VACUUM FULL%' AND wait_event_type = 'Lock'"));
  }
}
