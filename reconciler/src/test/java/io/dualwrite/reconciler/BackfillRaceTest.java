package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dualwrite.Side;
import io.dualwrite.jdbc.copy.CopyContext;
import io.dualwrite.jdbc.copy.LockedCopy;
import io.dualwrite.jdbc.copy.RowKey;
import io.dualwrite.jdbc.schema.Catalog;
import io.dualwrite.jdbc.schema.KeyId;
import io.dualwrite.jdbc.schema.Mirror;
import io.dualwrite.jdbc.schema.TablePair;
import io.dualwrite.reconciler.backfill.Backfill;
import io.dualwrite.reconciler.backfill.BackfillOptions;
import io.dualwrite.reconciler.backfill.BackfillOptions.End;
import io.dualwrite.reconciler.backfill.BackfillProgress;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The orders of events in which a backfill that does not look again under the lock leaves a wrong
 * row: its rows are on their way, not to be seen yet, while others write and deliver.
 */
@WithDatabases
class BackfillRaceTest {
  private static final String WAITING =
      "select count(*) from pg_locks where locktype = 'advisory' and not granted"
          + " and database = (select oid from pg_database where datname = current_database())";
  private static final String WAITING_FOR_A_ROW =
      "select count(*) from pg_locks where locktype = 'transactionid' and not granted";

  private final TwoDatabases two;

  BackfillRaceTest(TestDatabases dbs) {
    this.two = new TwoDatabases(dbs);
  }

  @BeforeEach
  void tables() throws SQLException {
    two.both("create table t (id int primary key, v int)");
    two.source("insert into t select i, i from generate_series(1, 3000) i");
    two.reconciler.init();
  }

  private CompletableFuture<Backfill> backfill() {
    return CompletableFuture.supplyAsync(
        () ->
            two.reconciler.backfill(
                BackfillOptions.of(two.config.reconciler()).end(End.NONE).parallelism(1),
                BackfillProgress.NONE));
  }

  private LockedCopy deliverer() throws SQLException {
    Mirror mirror = mirror();
    CopyContext context =
        CopyContext.of(
            two.config, Side.SOURCE, two.dbs.source(), two.dbs.target(), Duration.ofSeconds(20));
    return LockedCopy.begin(context, mirror.lane(mirror.tables().get(0)));
  }

  private Mirror mirror() throws SQLException {
    try (Connection source = two.dbs.source().getConnection();
        Connection target = two.dbs.target().getConnection()) {
      return Mirror.of(
          Catalog.read(source, "dualwrite"), Catalog.read(target, "dualwrite"), two.config);
    }
  }

  private void journal(int id) throws SQLException {
    two.source(
        "insert into dualwrite.journal (table_name, key_id, key) values ('public.t', "
            + KeyId.ofKey(List.of("id"))
            + ", array['"
            + id
            + "'])");
  }

  private static RowKey key(int id) {
    return new RowKey(List.of(String.valueOf(id)));
  }

  /** Until somebody waits; the next span's worker may wait as well. */
  private void awaitSome(String query) {
    await().until(() -> !"0".equals(two.dbs.queryValue(two.dbs.target(), query)));
  }

  /** The deliverer's delete finds nothing: the backfill's row is there and cannot be seen. */
  private void deleteDeliveredInVain(boolean cleared) throws Exception {
    TablePair table = mirror().tables().get(0);
    CompletableFuture<Backfill> backfill;
    try (LockedCopy deliverer = deliverer()) {
      backfill = backfill();
      awaitSome(WAITING);
      two.source("delete from t where id = 7");
      journal(7);
      assertThat(deliverer.copy(table, List.of(key(7)), true).deleted()).isZero();
      deliverer.commit();
      if (cleared) {
        two.source("delete from dualwrite.journal");
      }
    }
    assertThat(backfill.get(2, TimeUnit.MINUTES).complete()).isTrue();
    two.source("delete from dualwrite.journal");
    two.dbs.assertSameRows("select * from t");
  }

  @Test
  @Guarantee("G4")
  void aRowThatWasDeletedAndDeliveredMeanwhileDoesNotComeBack() throws Exception {
    deleteDeliveredInVain(true);
  }

  @Test
  @Guarantee("G4")
  void norDoesOneWhoseEntryIsStillThere() throws Exception {
    deleteDeliveredInVain(false);
  }

  @Test
  @Guarantee("G4")
  void aRowThatChangedMeanwhileIsNotLeftAsItWasSent() throws Exception {
    CompletableFuture<Backfill> backfill;
    try (LockedCopy deliverer = deliverer()) {
      backfill = backfill();
      awaitSome(WAITING);
      // Under BEST_EFFORT nothing in the journal would tell.
      two.source("update t set v = -1 where id = 7", "update t set id = 9000 where id = 8");
    }
    assertThat(backfill.get(2, TimeUnit.MINUTES).complete()).isTrue();
    two.dbs.assertSameRows("select * from t");
  }

  /** A deliverer, with the lock in hand, waits for a row that the backfill has sent. */
  @Test
  void theBackfillGivesWayToADelivererThatWaitsForIt() throws Exception {
    TablePair table = mirror().tables().get(0);
    CompletableFuture<Backfill> backfill;
    try (LockedCopy deliverer = deliverer()) {
      backfill = backfill();
      awaitSome(WAITING);
      long began = System.nanoTime();
      deliverer.copy(table, List.of(key(7)), true);
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(15));
      deliverer.commit();
    }
    assertThat(backfill.get(2, TimeUnit.MINUTES).complete()).isTrue();
    two.dbs.assertSameRows("select * from t");
  }

  /** Somebody has written a row that the backfill wants to send, and has not committed. */
  @Test
  void theBackfillDoesNotWaitLongForAnothersRow() throws Exception {
    CompletableFuture<Backfill> backfill;
    try (Connection other = two.dbs.target().getConnection();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("insert into t values (7, 7)");
      backfill = backfill();
      awaitSome(WAITING_FOR_A_ROW);
      String first = waiting();
      // It has given up, and tries again in another transaction.
      await().until(this::waiting, now -> !now.isEmpty() && !now.equals(first));
      other.commit();
    }
    assertThat(backfill.get(2, TimeUnit.MINUTES).complete()).isTrue();
    two.dbs.assertSameRows("select * from t");
  }

  /** The transaction that waits for a row. */
  private String waiting() throws SQLException {
    return String.valueOf(
        two.dbs.queryValue(
            two.dbs.target(),
            WAITING_FOR_A_ROW.replace("count(*)", "coalesce(max(virtualtransaction), '')")));
  }

  @Test
  void twoBackfillsAtOnceLeaveTheSame() throws Exception {
    List<CompletableFuture<Backfill>> both = List.of(backfill(), backfill());
    int refused = 0;
    for (CompletableFuture<Backfill> one : both) {
      try {
        assertThat(one.get(2, TimeUnit.MINUTES).complete()).isTrue();
      } catch (java.util.concurrent.ExecutionException e) {
        assertThat(e).hasCauseInstanceOf(ReconcilerException.class);
        assertThat(e.getCause()).hasMessageContaining("is backfilling since");
        refused++;
      }
    }
    assertThat(refused).isLessThan(2);
    two.dbs.assertSameRows("select * from t");
  }
}
