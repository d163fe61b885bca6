package io.dualwrite.jdbc.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.jdbc.copy.CopyContext;
import io.dualwrite.jdbc.delivery.DeliveryProbe.Point;
import io.dualwrite.jdbc.journal.LockKeys;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The interleavings in which the protocol's mutations lose a write, forced on real servers. */
@WithDatabases
class DeliveryRaceTest {
  private final TestDatabases dbs;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private Bed bed;

  DeliveryRaceTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @BeforeEach
  void tables() throws Exception {
    bed =
        new Bed(
            dbs, "CREATE TABLE item (id int PRIMARY KEY, v int)", "INSERT INTO item VALUES (1, 0)");
  }

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  private void write(int value) throws Exception {
    bed.change("UPDATE item SET v = " + value + " WHERE id = 1", "public.item", "1");
  }

  @Test
  @Guarantee("G4")
  void whatIsReadIsReadAfterTheLockWasGranted() throws Exception {
    write(1);
    LaneDelivery lane = bed.delivery("public.item");
    try (Connection holder = dbs.target().getConnection()) {
      holder.setAutoCommit(false);
      Bed.run(holder, "SELECT pg_advisory_xact_lock(" + LockKeys.of("test", "public.item") + ")");
      Future<RoundResult> round = threads.submit(() -> lane.round(true));
      awaitWaitingForLock();
      write(2);
      holder.commit();
      round.get();
    }
    // With a snapshot from before the lock, the second write would be missing and its entry still
    // there.
    assertThat(bed.pending()).isZero();
    assertThat(dbs.queryValue(dbs.target(), "SELECT v FROM item")).isEqualTo("2");
  }

  private void awaitWaitingForLock() {
    Awaitility.await()
        .until(
            () ->
                "1"
                    .equals(
                        dbs.queryValue(
                            dbs.target(),
                            "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
                                + " WHERE l.locktype = 'advisory' AND NOT l.granted AND d.datname = current_database()")));
  }

  @Test
  @Guarantee("G4")
  void ofTwoDeliverersOneWaits() throws Exception {
    write(1);
    Gate gate = new Gate(Point.WRITTEN);
    LaneDelivery first = bed.delivery("public.item", gate);
    LaneDelivery second = bed.delivery("public.item");
    Future<RoundResult> slow = threads.submit(() -> first.round(true));
    gate.awaitReached();
    assertThat(second.round(false).kind()).isEqualTo(RoundResult.Kind.BUSY);
    write(2);
    Future<RoundResult> waiting = threads.submit(() -> second.round(true));
    awaitWaitingForLock();
    gate.open();
    slow.get();
    waiting.get();
    assertThat(bed.pending()).isZero();
    dbs.assertSameRows("SELECT * FROM item");
  }

  @Test
  @Guarantee("G5")
  void onlyTheEntriesReadAreDeleted() throws Exception {
    write(1);
    Gate gate = new Gate(Point.SECONDARY_COMMITTED);
    LaneDelivery first = bed.delivery("public.item", gate);
    Future<RoundResult> slow = threads.submit(() -> first.round(true));
    gate.awaitReached();
    write(2);
    gate.open();
    slow.get();
    assertThat(bed.pending()).as("the write after the snapshot is still named").isEqualTo(1);
    bed.drain(bed.delivery("public.item"));
    dbs.assertSameRows("SELECT * FROM item");
  }

  @Test
  @Guarantee({"G1", "G5"})
  void aDelivererThatClearsLateDoesNoHarm() throws Exception {
    write(1);
    Gate gate = new Gate(Point.SECONDARY_COMMITTED);
    LaneDelivery first = bed.delivery("public.item", gate);
    Future<RoundResult> slow = threads.submit(() -> first.round(true));
    gate.awaitReached();
    write(2);
    bed.drain(bed.delivery("public.item"));
    write(3);
    gate.open();
    slow.get();
    bed.drain(bed.delivery("public.item"));
    assertThat(bed.pending()).isZero();
    assertThat(dbs.queryValue(dbs.target(), "SELECT v FROM item")).isEqualTo("3");
  }

  @Test
  @Guarantee("G4")
  void aFrozenDelivererThatWakesUpHasLostItsLockAndItsWrites() throws Exception {
    write(1);
    Gate gate = new Gate(Point.WRITTEN);
    CopyContext c = bed.context();
    CopyContext impatient =
        new CopyContext(
            c.migration(),
            c.journal(),
            c.primary(),
            c.primaryDatabase(),
            c.secondaryDatabase(),
            c.lockWait(),
            c.statementTimeout(),
            Duration.ofSeconds(2),
            c.primaryFirst());
    LaneDelivery frozen = bed.delivery("public.item", gate, impatient);
    Future<RoundResult> slow = threads.submit(() -> frozen.round(true));
    gate.awaitReached();
    write(2);
    // Waits until the server has ended the frozen one's transaction.
    bed.drain(bed.delivery("public.item"));
    gate.open();
    assertThatThrownBy(slow::get)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(java.sql.SQLException.class);
    assertThat(dbs.queryValue(dbs.target(), "SELECT v FROM item")).isEqualTo("2");
    assertThat(bed.pending()).isZero();
  }
}
