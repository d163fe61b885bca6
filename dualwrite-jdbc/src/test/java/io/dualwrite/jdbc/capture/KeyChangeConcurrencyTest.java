package io.dualwrite.jdbc.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dualwrite.jdbc.capture.CapturePlan.Captured;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** At READ COMMITTED a key is changed while another transaction has just changed the same row. */
@WithDatabases
class KeyChangeConcurrencyTest {

  /** What the second of two statements on one row comes to. */
  private record Second(int updateCount, List<List<String>> journal) {}

  private static Second second(TestDatabases dbs, String first, String second) throws Exception {
    CaptureTables tables = new CaptureTables(dbs);
    try (Connection one = dbs.source().getConnection();
        Connection two = dbs.source().getConnection();
        Statement statement = one.createStatement()) {
      String sql = ((Captured) tables.plan(two, second, RequestedKeys.NONE)).journaling();
      one.setAutoCommit(false);
      statement.execute(first);
      CompletableFuture<Integer> count =
          CompletableFuture.supplyAsync(
              () -> {
                try (Statement blocked = two.createStatement()) {
                  return blocked.executeUpdate(sql);
                } catch (SQLException e) {
                  throw new IllegalStateException(e);
                }
              });
      await()
          .until(
              () ->
                  !dbs.query(
                          dbs.source(),
                          "SELECT 1 FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT granted AND datname = current_database()")
                      .isEmpty());
      one.commit();
      int updated = count.join();
      return new Second(
          updated,
          dbs.query(dbs.source(), "SELECT key::text FROM dualwrite.journal ORDER BY key::text"));
    }
  }

  @Test
  @Guarantee({"G2", "G7"})
  void aRowChangedMeanwhileIsUpdatedAndBothItsKeysAreJournaled(TestDatabases dbs) throws Exception {
    Second rewritten =
        second(
            dbs,
            "UPDATE orders SET qty = 50 WHERE id = 4",
            "UPDATE orders SET id = 400, qty = qty + 1 WHERE id = 4");

    assertThat(rewritten).isEqualTo(new Second(1, List.of(List.of("{400}"), List.of("{4}"))));
    assertThat(dbs.queryValue(dbs.source(), "SELECT qty FROM orders WHERE id = 400"))
        .isEqualTo("51");
  }

  @Test
  @Guarantee({"G2", "G7"})
  void aKeyChangedMeanwhileIsNotedAsTheRowIsWritten(TestDatabases dbs) throws Exception {
    Second rewritten =
        second(
            dbs,
            "UPDATE orders SET id = 1004 WHERE id = 4",
            "UPDATE orders SET id = id + 5000 WHERE qty = 4");

    assertThat(rewritten).isEqualTo(new Second(1, List.of(List.of("{1004}"), List.of("{6004}"))));
  }

  @Test
  @Guarantee({"G2", "G7"})
  void anUpsertNotesTheKeyOfTheRowThatItFinds(TestDatabases dbs) throws Exception {
    Second rewritten =
        second(
            dbs,
            "UPDATE orders SET id = 1004 WHERE id = 4",
            "INSERT INTO orders (id, code) VALUES (2000, 'c4'), (2001, 'new') ON CONFLICT (code) DO UPDATE SET id = EXCLUDED.id");

    assertThat(rewritten.updateCount()).isEqualTo(2);
    assertThat(rewritten.journal())
        .contains(List.of("{1004}"), List.of("{2000}"), List.of("{2001}"))
        .doesNotContain(List.of("{4}"));
  }

  /** The price of joining with the snapshot, before PostgreSQL 18: see docs/decisions. */
  @Test
  void anUpdateWithFromLeavesOutARowWhoseKeyChangedMeanwhile(TestDatabases dbs) throws Exception {
    String first = "UPDATE orders SET id = 1004 WHERE id = 4";
    String second =
        "UPDATE orders SET id = orders.id + 5000 FROM audit WHERE audit.id = orders.qty AND orders.qty = 4";
    Second rewritten = second(dbs, first, second);
    boolean returnsOldRows =
        Integer.parseInt(dbs.queryValue(dbs.source(), "SHOW server_version_num")) >= 180000;

    assertThat(rewritten.updateCount()).isEqualTo(returnsOldRows ? 1 : 0);
    assertThat(rewritten.journal()).hasSize(returnsOldRows ? 2 : 0);
  }
}
