package io.dualwrite.jdbc.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.config.TableOverride;
import io.dualwrite.jdbc.config.TablesConfig;
import io.dualwrite.jdbc.copy.RowKey;
import io.dualwrite.jdbc.journal.ReadFrom;
import io.dualwrite.jdbc.journal.ReadLimit;
import io.dualwrite.jdbc.pipeline.Pipeline;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How often a table, or a range of it, is copied as a whole. */
@WithDatabases
class WholeTableTest {
  private final TestDatabases dbs;

  WholeTableTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @Test
  void manyTruncationsAreOneWalk() throws Exception {
    Bed bed =
        new Bed(
            dbs,
            "CREATE TABLE item (id int PRIMARY KEY, n int)",
            "INSERT INTO item SELECT i, i FROM generate_series(1, 1500) i");
    dbs.execute(
        dbs.source(),
        "DELETE FROM item WHERE id % 3 = 0",
        "INSERT INTO dualwrite.journal (table_name) SELECT 'public.item' FROM generate_series(1, 3000)");
    LaneDelivery lane = bed.delivery("public.item");
    bed.drain(lane);
    dbs.assertSameRows("SELECT * FROM item ORDER BY id");
    assertThat(bed.pending()).isZero();
    assertThat(lane.walksBegun()).isEqualTo(1);
  }

  @Test
  @Guarantee("G1")
  void whatComesDuringAWalkIsLeftToTheNext() throws Exception {
    Bed bed =
        new Bed(
            dbs,
            "CREATE TABLE item (id int PRIMARY KEY, n int)",
            "INSERT INTO item SELECT i, i FROM generate_series(1, 1500) i");
    LaneDelivery lane = bed.delivery("public.item");
    bed.change("UPDATE item SET n = -n", "public.item");
    for (int i = 0; i < 3; i++) {
      lane.round(true);
    }
    bed.change("UPDATE item SET n = 0 WHERE id < 10", "public.item");
    bed.change("UPDATE item SET n = 1 WHERE id < 5", "public.item");
    bed.drain(lane);
    dbs.assertSameRows("SELECT * FROM item ORDER BY id");
    assertThat(bed.pending()).isZero();
    assertThat(lane.walksBegun()).isEqualTo(2);
  }

  @Test
  void otherEntriesGoOnWhileManyWaitForAWalk() throws Exception {
    Bed bed =
        new Bed(
            dbs,
            "CREATE TABLE item (id int PRIMARY KEY, n int)",
            "INSERT INTO item SELECT i, i FROM generate_series(1, 2500) i");
    dbs.execute(
        dbs.source(),
        "INSERT INTO dualwrite.journal (table_name) SELECT 'public.item' FROM generate_series(1, 2000)");
    LaneDelivery lane = bed.delivery("public.item");
    lane.round(true);
    bed.change("UPDATE item SET n = -n WHERE id = 2400", "public.item", "2400");
    lane.round(true);
    dbs.assertSameRows("SELECT * FROM item WHERE id = 2400");
    bed.drain(lane);
    assertThat(bed.pending()).isZero();
  }

  @Test
  void aTableThatRefusesDuringAWalkIsHeldAlone() throws Exception {
    Bed bed =
        new Bed(
            dbs,
            "CREATE TABLE p (id int PRIMARY KEY)",
            "CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p)",
            "INSERT INTO p VALUES (0)",
            "INSERT INTO c SELECT i, 0 FROM generate_series(1, 1500) i");
    LaneDelivery lane = bed.delivery("public.c");
    bed.change("UPDATE c SET p = NULL", "public.c");
    lane.round(true);
    dbs.execute(dbs.target(), "ALTER TABLE c RENAME TO away");
    bed.change("INSERT INTO p VALUES (1)", "public.p", "1");
    for (int i = 0; i < 3; i++) {
      lane.round(true);
    }
    dbs.assertSameRows("SELECT * FROM p ORDER BY id");
    assertThat(lane.heldTables()).containsExactly("public.c");
    assertThat(bed.pending()).isEqualTo(1);
    dbs.execute(dbs.target(), "ALTER TABLE away RENAME TO c");
    bed.drain(bed.delivery("public.c"));
    dbs.assertSameRows("SELECT * FROM c ORDER BY id");
  }

  @Test
  void manyRowsOfOneTimeReplaceItsRangeOnce() throws Exception {
    MigrationConfig config =
        MigrationConfig.builder("test")
            .tables(
                new TablesConfig(
                    List.of("public.*"),
                    List.of(),
                    Map.of(
                        "public.log",
                        TableOverride.builder().keylessRanges(true).timeColumn("at").build())))
            .build();
    Bed bed = new Bed(dbs, config);
    dbs.executeOnBoth("CREATE TABLE log (at timestamptz, n int)");
    dbs.execute(
        dbs.target(),
        "CREATE TABLE replacements (n int)",
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO replacements VALUES (1); RETURN NULL; END $$",
        "CREATE TRIGGER t AFTER DELETE ON log FOR EACH STATEMENT EXECUTE FUNCTION f()");
    String times = "'2001-01-14 10:00+00'::timestamptz + (i % 2) * interval '1 hour'";
    dbs.execute(
        dbs.source(),
        "INSERT INTO log SELECT " + times + ", i FROM generate_series(1, 900) i",
        "INSERT INTO dualwrite.journal (table_name, key_id, range_from, range_to) SELECT 'public.log', "
            + bed.keyId("public.log")
            + ", at::text, at::text FROM log");
    LaneDelivery lane = bed.delivery("public.log");
    bed.drain(lane);
    dbs.assertSameRows("SELECT * FROM log ORDER BY n");
    assertThat(bed.pending()).isZero();
    assertThat(dbs.queryValue(dbs.target(), "SELECT count(*) FROM replacements")).isEqualTo("2");
  }

  @Test
  void aRowRefusedAgainAndAgainIsSetAsideOnce() throws Exception {
    Bed bed = new Bed(dbs, "CREATE TABLE item (id int PRIMARY KEY, n int)");
    dbs.execute(dbs.target(), "ALTER TABLE item ADD CHECK (n < 100)");
    LaneDelivery lane = bed.delivery("public.item");
    bed.change("INSERT INTO item VALUES (1, 100)", "public.item", "1");
    String at = dbs.queryValue(dbs.source(), "SELECT at FROM dualwrite.journal");
    bed.change("UPDATE item SET n = 101", "public.item", "1");
    bed.drain(lane);
    bed.change("UPDATE item SET n = 102", "public.item", "1");
    bed.drain(lane);
    assertThat(bed.pending()).isZero();
    assertThat(dbs.query(dbs.source(), "SELECT tries > 1, at FROM dualwrite.set_aside"))
        .containsExactly(java.util.Arrays.asList("t", at));
  }

  @Test
  @Guarantee("G1")
  void aRowSetAsideByAnotherKeyStandsForTheTable() throws Exception {
    Bed bed = new Bed(dbs, "CREATE TABLE item (id int PRIMARY KEY, n int)");
    dbs.execute(dbs.source(), "INSERT INTO item VALUES (1, 2), (2, 1)");
    dbs.execute(
        dbs.source(),
        "INSERT INTO dualwrite.set_aside (table_name, key_id, key, reason, tries, at, tried_at)"
            + " VALUES ('public.item', 4711, '{2}', 'x', 1, now(), '-infinity')");
    bed.drain(bed.delivery("public.item"));
    dbs.assertSameRows("SELECT * FROM item ORDER BY id");
    assertThat(bed.setAside()).isZero();
  }

  @Test
  void whatIsSetAsideWithoutAKeyIsThereOnce() throws Exception {
    Bed bed = new Bed(dbs, "CREATE TABLE item (id int PRIMARY KEY)");
    bed.change("SELECT 1", "public.item");
    try (Connection source = dbs.source().getConnection()) {
      var entry =
          bed.journal
              .read(
                  new Pipeline(source),
                  Map.of("public.item", ReadFrom.BEGINNING),
                  new ReadLimit(10, 10))
              .entries()
              .get(0);
      bed.journal.setAsideEntries().add(source, entry, "23514", "first");
      bed.journal.setAsideEntries().add(source, entry, "23514", "second");
      assertThat(bed.journal.setAsideEntries().list(source, 10))
          .singleElement()
          .satisfies(
              s -> {
                assertThat(s.reason()).isEqualTo("second");
                assertThat(s.tries()).isEqualTo(2);
              });
    }
  }

  @Test
  @Guarantee("G1")
  void runsOfKeysAndWalksWhoseRowsAreTooLargeForOneRound() throws Exception {
    Bed bed = new Bed(dbs, "CREATE TABLE doc (id int PRIMARY KEY, body text)");
    String rows = "INSERT INTO doc SELECT g, repeat(g::text, 20000) FROM generate_series(%s) g";
    dbs.execute(
        dbs.source(),
        String.format(rows, "1001, 2000"),
        "INSERT INTO dualwrite.journal (table_name, key_id, range_from, range_to) VALUES ('public.doc', "
            + bed.keyId("public.doc")
            + ", '1001', '2000')");
    bed.drain(bed.delivery("public.doc"));
    dbs.assertSameRows("SELECT id, md5(body) FROM doc ORDER BY id");
    assertThat(bed.pending()).isZero();
    dbs.execute(dbs.source(), String.format(rows, "1, 1000"));
    LaneDelivery fromMemory = bed.delivery("public.doc");
    int keyId = bed.keyId("public.doc");
    for (int id = 1; id <= 1000; id++) {
      RowKey key = new RowKey(List.of(Integer.toString(id)));
      fromMemory.remember(List.of(new RememberedRows.Remembered("public.doc", keyId, key)));
    }
    bed.drain(fromMemory);
    dbs.assertSameRows("SELECT id, md5(body) FROM doc ORDER BY id");
    dbs.execute(
        dbs.source(),
        String.format(rows, "2001, 3000"),
        "INSERT INTO dualwrite.journal (table_name) VALUES ('public.doc')");
    bed.drain(bed.delivery("public.doc"));
    assertThat(bed.pending()).isZero();
    dbs.assertSameRows("SELECT id, md5(body) FROM doc ORDER BY id");
  }
}
