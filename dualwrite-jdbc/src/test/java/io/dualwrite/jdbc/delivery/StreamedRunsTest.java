package io.dualwrite.jdbc.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import org.junit.jupiter.api.Test;

/** Runs of keys of which the target has none are sent from server to server. */
@WithDatabases
@Guarantee("G1")
class StreamedRunsTest {
  private static final String ITEM = "public.item";

  private final TestDatabases dbs;

  StreamedRunsTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @Test
  void rowsOfEveryKindArriveAsTheyAre() throws Exception {
    Bed bed =
        new Bed(
            dbs,
            "CREATE TABLE item (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, t text, n numeric(20, 5), f float8,"
                + " at timestamptz, i interval, b bytea, j jsonb, u uuid, c char(5), twice int GENERATED ALWAYS AS (id * 2) STORED)");
    fill(
        bed,
        "INSERT INTO item (t, n, f, at, i, b, j, u, c) SELECT CASE WHEN g % 7 = 0 THEN NULL ELSE E'a\\tb\\\\n\\n' || g END, g / 3.0,"
            + " CASE g % 4 WHEN 0 THEN 'NaN' WHEN 1 THEN '-0' WHEN 2 THEN '-Infinity' ELSE g / 7.0 END::float8,"
            + " CASE g % 5 WHEN 0 THEN 'infinity' ELSE now() - g * interval '1 s' END, g * interval '1 mon 2 d 3 us',"
            + " decode(md5(g::text), 'hex'), jsonb_build_object('g', g), md5(g::text)::uuid, 'x' FROM generate_series(1, 3000) g");
    arrives(bed, 3000);
  }

  @Test
  void typesThatDifferTravelAsText() throws Exception {
    Bed bed = new Bed(dbs, "CREATE TYPE mood AS ENUM ('sad', 'glad')");
    dbs.execute(
        dbs.source(),
        "CREATE TABLE item (id int PRIMARY KEY, b boolean, m mood, a int[], v varchar(20))");
    dbs.execute(
        dbs.target(),
        "CREATE TABLE item (v text, id bigint PRIMARY KEY, a text[], m text, b text)");
    fill(
        bed,
        "INSERT INTO item SELECT g, g % 2 = 0, CASE WHEN g % 3 = 0 THEN 'glad' ELSE 'sad' END::mood, ARRAY[g, NULL], repeat(' ', g % 4)"
            + " FROM generate_series(1, 1000) g");
    LaneDelivery lane = bed.delivery(ITEM);
    bed.drain(lane);
    dbs.assertSameRows(
        "SELECT id::text, b::text, m::text, a::text, v::text FROM item ORDER BY id::bigint");
    assertThat(lane.rowsStreamed()).isEqualTo(1000);
  }

  @Test
  void rowsThatAreThereAreNotSentThisWay() throws Exception {
    Bed bed = new Bed(dbs, "CREATE TABLE item (id int PRIMARY KEY, t text)");
    dbs.execute(
        dbs.target(), "INSERT INTO item SELECT g, 'old' FROM generate_series(1500, 1600) g");
    fill(bed, "INSERT INTO item SELECT g, 'new' FROM generate_series(1, 3000) g WHERE g % 10 <> 0");
    arrives(bed, 1800);
  }

  @Test
  void aRowNamedTwiceIsWrittenOnce() throws Exception {
    Bed bed = new Bed(dbs, "CREATE TABLE item (id int PRIMARY KEY, t text)");
    fill(bed, "INSERT INTO item SELECT g, 'new' FROM generate_series(1, 2000) g");
    run(bed, 500, 1499);
    bed.change("UPDATE item SET t = 'newer' WHERE id = 7", ITEM, "7");
    bed.change("DELETE FROM item WHERE id = 8", ITEM, "8");
    arrives(bed, 1999);
  }

  @Test
  void aRowThatTheTargetRefusesIsSetAsideAlone() throws Exception {
    Bed bed = new Bed(dbs, "CREATE TABLE item (id int PRIMARY KEY, t text)");
    dbs.execute(dbs.target(), "ALTER TABLE item ADD CHECK (id <> 777)");
    fill(bed, "INSERT INTO item SELECT g, 'new' FROM generate_series(1, 2000) g");
    bed.drain(bed.delivery(ITEM));
    dbs.assertSameRows("SELECT * FROM item WHERE id <> 777 ORDER BY id");
    assertThat(bed.pending()).isZero();
    assertThat(bed.setAside()).isEqualTo(1);
  }

  @Test
  void parentsThatAreMissingArePulledAlong() throws Exception {
    Bed bed =
        new Bed(
            dbs,
            "CREATE TABLE item (id int PRIMARY KEY, t text)",
            "CREATE TABLE part (id int PRIMARY KEY, item int NOT NULL REFERENCES item)");
    dbs.execute(dbs.source(), "INSERT INTO item SELECT g, 'it' FROM generate_series(1, 100) g");
    fill(
        bed,
        "public.part",
        "INSERT INTO part SELECT g, g % 100 + 1 FROM generate_series(1, 2000) g");
    bed.drain(bed.delivery("public.part"));
    dbs.assertSameRows("SELECT * FROM item ORDER BY id");
    dbs.assertSameRows("SELECT * FROM part ORDER BY id");
    assertThat(bed.pending()).isZero();
  }

  @Test
  void parentsAreSentBeforeTheirChildren() throws Exception {
    Bed bed =
        new Bed(
            dbs,
            "CREATE TABLE item (id int PRIMARY KEY, t text)",
            "CREATE TABLE part (id int PRIMARY KEY, item int NOT NULL REFERENCES item)");
    fill(
        bed,
        "public.part",
        "INSERT INTO item SELECT g, 'it' FROM generate_series(1, 2000) g;"
            + "INSERT INTO part SELECT g, g FROM generate_series(1, 2000) g");
    run(bed, 1, 1000);
    run(bed, 1001, 2000);
    LaneDelivery lane = bed.delivery("public.part");
    bed.drain(lane);
    dbs.assertSameRows("SELECT * FROM item ORDER BY id");
    dbs.assertSameRows("SELECT * FROM part ORDER BY id");
    assertThat(lane.rowsStreamed()).isEqualTo(4000);
  }

  private void arrives(Bed bed, int streamed) throws Exception {
    LaneDelivery lane = bed.delivery(ITEM);
    bed.drain(lane);
    dbs.assertSameRows("SELECT * FROM item ORDER BY id");
    assertThat(bed.pending()).isZero();
    assertThat(lane.rowsStreamed()).isEqualTo(streamed);
  }

  private void fill(Bed bed, String sql) throws Exception {
    fill(bed, ITEM, sql);
  }

  private void fill(Bed bed, String table, String sql) throws Exception {
    dbs.execute(dbs.source(), sql);
    long most = Long.parseLong(dbs.queryValue(dbs.source(), "SELECT max(id) FROM " + table));
    for (long from = 1; from <= most; from += 1000) {
      run(bed, table, from, Math.min(most, from + 999));
    }
  }

  private void run(Bed bed, long from, long to) throws Exception {
    run(bed, ITEM, from, to);
  }

  private void run(Bed bed, String table, long from, long to) throws Exception {
    try (Connection source = dbs.source().getConnection()) {
      Bed.run(
          source,
          "INSERT INTO dualwrite.journal (table_name, key_id, range_from, range_to) VALUES ('%s', %d, '%d', '%d')"
              .formatted(table, bed.keyId(table), from, to));
    }
  }
}
