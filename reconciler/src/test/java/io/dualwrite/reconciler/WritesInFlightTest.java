package io.dualwrite.reconciler;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.Side;
import io.dualwrite.jdbc.copy.CopyContext;
import io.dualwrite.jdbc.copy.LockedCopy;
import io.dualwrite.jdbc.copy.RowKey;
import io.dualwrite.jdbc.schema.Catalog;
import io.dualwrite.jdbc.schema.KeyId;
import io.dualwrite.jdbc.schema.Mirror;
import io.dualwrite.jdbc.schema.TablePair;
import io.dualwrite.reconciler.compare.Comparison;
import io.dualwrite.reconciler.compare.Difference;
import io.dualwrite.reconciler.compare.TableComparison;
import io.dualwrite.reconciler.compare.WindowResult.Status;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is still on its way to the target is no difference. */
@WithDatabases
class WritesInFlightTest {
  private final TwoDatabases two;

  WritesInFlightTest(TestDatabases dbs) {
    this.two = new TwoDatabases(dbs);
  }

  @BeforeEach
  void tables() throws SQLException {
    two.both(
        "create table t (id int primary key, v int)",
        "insert into t select i, i from generate_series(1, 100) i");
    two.reconciler.init();
  }

  private void journal(int id) throws SQLException {
    journal(KeyId.ofKey(List.of("id")), id);
  }

  private void journal(int keyId, int id) throws SQLException {
    two.source(
        "insert into dualwrite.journal (table_name, key_id, key) values ('public.t', "
            + keyId
            + ", array['"
            + id
            + "'])");
  }

  @Test
  void rowsNamedInTheJournalAreNotYet() throws SQLException {
    two.source("update t set v = -1 where id = 7", "delete from t where id = 8");
    journal(7);
    journal(8);

    TableComparison table = two.table();

    assertThat(table.count(Status.NOT_YET)).isEqualTo(1);
    assertThat(table.inSync()).isFalse();
    assertThat(table.differences()).isEmpty();
    assertThat(table.windows().get(0).reason())
        .hasValue("2 rows waiting in the journal or set aside");
  }

  @Test
  void rowsThatDifferBesidesAreReported() throws SQLException {
    two.source("update t set v = -1 where id = 7");
    two.target("update t set v = -1 where id = 9");
    journal(7);

    TableComparison table = two.table();

    assertThat(table.count(Status.DIFFERS)).isEqualTo(1);
    assertThat(table.differences()).extracting(d -> d.key().get("id")).containsExactly("9");
  }

  @Test
  void anEntryByAnotherKeySaysNothingOfWhichRow() throws SQLException {
    two.source("update t set v = -1 where id = 7");
    journal(KeyId.ofKey(List.of("v")), 9);

    assertThat(two.table().count(Status.NOT_YET)).isEqualTo(1);
  }

  @Test
  void aJournalOfAnEarlierVersionIsNotComparedWith() throws SQLException {
    two.source(
        "update t set v = -1 where id = 7", "alter table dualwrite.journal drop column key_id");

    assertThat(two.table().inSync()).isFalse();
    assertThat(two.table().differences()).isEmpty();
  }

  @Test
  void rowsSetAsideAreNotYet() throws SQLException {
    two.source(
        "update t set v = -1 where id = 7",
        "insert into dualwrite.set_aside (table_name, key, reason, tries, at) values ('public.t', array['7'], 'check', 3, now())");

    assertThat(two.table().count(Status.NOT_YET)).isEqualTo(1);
  }

  @Test
  void anEntryOverARangeCoversItsRows() throws SQLException {
    two.source(
        "update t set v = -1 where id = 7",
        "insert into dualwrite.journal (table_name) values ('public.t')");

    assertThat(two.table().count(Status.NOT_YET)).isEqualTo(1);
  }

  @Test
  void aDeliveryDuringTheWaitMakesItEqual() throws Exception {
    two.source("update t set v = -1 where id = 7");
    journal(7);

    CompletableFuture<Comparison> comparison =
        CompletableFuture.supplyAsync(
            () -> two.compare(two.options().patience(Duration.ofSeconds(30))));
    // The comparison has looked under the lock at least once when the entry has been read.
    Awaitility.await().until(() -> hasBeenLocked());
    two.target("update t set v = -1 where id = 7");
    two.source("delete from dualwrite.journal");

    assertThat(comparison.get(2, TimeUnit.MINUTES).inSync()).isTrue();
  }

  private boolean hasBeenLocked() throws SQLException {
    return !"0"
            .equals(
                two.dbs.queryValue(
                    two.dbs.target(),
                    "select count(*) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())"))
        || !"0"
            .equals(
                two.dbs.queryValue(
                    two.dbs.source(),
                    "select coalesce(seq_scan, 0) + coalesce(idx_scan, 0) from pg_stat_user_tables where relname = 'journal'"));
  }

  /**
   * A deliverer holds the lane; the comparison, which has seen the old row, must wait for it and
   * then see the new one.
   */
  @Test
  void aDeliveryUnderWayIsWaitedForAndItsRowsAreEqual() throws Exception {
    two.source(
        "update t set v = -1 where id = 7",
        "insert into t values (101, 1)",
        "delete from t where id = 9");
    Mirror mirror = mirror();
    TablePair table = mirror.tables().get(0);
    CopyContext context =
        CopyContext.of(
            two.config, Side.SOURCE, two.dbs.source(), two.dbs.target(), Duration.ofSeconds(20));
    CompletableFuture<Comparison> comparison;
    try (LockedCopy deliverer = LockedCopy.begin(context, mirror.lane(table))) {
      comparison = CompletableFuture.supplyAsync(two::compare);
      Awaitility.await()
          .until(
              () ->
                  "1"
                      .equals(
                          two.dbs.queryValue(
                              two.dbs.target(),
                              "select count(*) from pg_locks where locktype = 'advisory' and not granted")));
      deliverer.copy(table, List.of(key(7), key(101), key(9)), true);
      deliverer.commit();
    }

    assertThat(comparison.get(2, TimeUnit.MINUTES).inSync()).isTrue();
  }

  @Test
  void aKeylessTableWithPendingDeliveriesIsNotYet() throws SQLException {
    var override = io.dualwrite.jdbc.config.TableOverride.builder().keylessRanges(true).build();
    TwoDatabases keyless =
        new TwoDatabases(
            two.dbs,
            io.dualwrite.jdbc.config.MigrationConfig.builder("test")
                .tables(
                    new io.dualwrite.jdbc.config.TablesConfig(
                        List.of("public.k"), List.of(), java.util.Map.of("public.k", override)))
                .build());
    two.both("create table k (v int)", "insert into k values (1), (1), (2)");
    two.target("insert into k values (1)", "delete from k where v = 2");

    TableComparison table = keyless.table();
    assertThat(table.differences())
        .extracting(Difference::kind)
        .containsExactlyInAnyOrder(Difference.Kind.EXTRA, Difference.Kind.MISSING);

    two.source("insert into dualwrite.journal (table_name) values ('public.k')");
    assertThat(keyless.table().count(Status.NOT_YET)).isEqualTo(1);
  }

  private static RowKey key(int id) {
    return new RowKey(List.of(String.valueOf(id)));
  }

  private Mirror mirror() throws SQLException {
    try (Connection source = two.dbs.source().getConnection();
        Connection target = two.dbs.target().getConnection()) {
      return Mirror.of(
          Catalog.read(source, "dualwrite"), Catalog.read(target, "dualwrite"), two.config);
    }
  }
}
