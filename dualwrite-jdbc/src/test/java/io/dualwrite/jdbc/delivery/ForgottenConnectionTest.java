package io.dualwrite.jdbc.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.dualwrite.Side;
import io.dualwrite.jdbc.copy.CopyContext;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TcpProxy;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** The network forgets connections to the primary without telling anybody. */
@WithDatabases
class ForgottenConnectionTest {
  private final TestDatabases dbs;

  ForgottenConnectionTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @Test
  @Guarantee("G1")
  void aLaneGivesUpAReadThatIsNeverAnswered() throws Exception {
    Bed bed = new Bed(dbs, "CREATE TABLE item (id int PRIMARY KEY)");
    bed.change("INSERT INTO item VALUES (1)", "public.item", "1");
    AtomicBoolean forgotten = new AtomicBoolean();
    try (TcpProxy proxy = TcpProxy.inFrontOf(dbs.sourceServer())) {
      CopyContext context =
          CopyContext.of(
              bed.config,
              Side.SOURCE,
              dbs.sourceThrough(proxy),
              dbs.target(),
              Duration.ofSeconds(1));
      LaneDelivery lane =
          bed.delivery(
              "public.item",
              point -> {
                if (point == DeliveryProbe.Point.LOCKED && forgotten.compareAndSet(false, true)) {
                  proxy.abandon();
                }
              },
              context);
      assertTimeoutPreemptively(
          Duration.ofSeconds(60),
          () ->
              assertThatThrownBy(() -> lane.round(true))
                  .isInstanceOfSatisfying(
                      SQLException.class, e -> assertThat(e.getSQLState()).startsWith("08")));
      bed.drain(lane);
      dbs.assertSameRows("TABLE item");
      assertThat(bed.pending()).isZero();
    }
  }
}
