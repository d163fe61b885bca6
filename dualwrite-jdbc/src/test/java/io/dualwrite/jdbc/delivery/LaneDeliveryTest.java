package io.dualwrite.jdbc.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import org.junit.jupiter.api.Test;

@WithDatabases
class LaneDeliveryTest {
  private final TestDatabases dbs;

  LaneDeliveryTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @Test
  void insertsUpdatesAndDeletesArrive() throws Exception {
    Bed bed =
        new Bed(
            dbs,
            "CREATE TABLE item (id bigint PRIMARY KEY, name text, at timestamptz DEFAULT now())");
    LaneDelivery lane = bed.delivery("public.item");
    bed.change("INSERT INTO item VALUES (1, 'a'), (2, NULL)", "public.item", "1");
    bed.change("SELECT 1", "public.item", "2");
    bed.drain(lane);
    dbs.assertSameRows("SELECT * FROM item ORDER BY id");
    bed.change(
        "UPDATE item SET name = 'ö''\"\\', at = '0044-03-15 12:00:00.123456 BC' WHERE id = 1",
        "public.item",
        "1");
    bed.change("DELETE FROM item WHERE id = 2", "public.item", "2");
    bed.drain(lane);
    dbs.assertSameRows("SELECT * FROM item ORDER BY id");
    assertThat(bed.pending()).isZero();
  }

  @Test
  @Guarantee("G5")
  void theSameEntryDeliveredTwiceChangesNothing() throws Exception {
    Bed bed = new Bed(dbs, "CREATE TABLE item (id int PRIMARY KEY, n int)");
    LaneDelivery lane = bed.delivery("public.item");
    for (int i = 0; i < 2; i++) {
      bed.change(
          "INSERT INTO item VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET n = 2",
          "public.item",
          "1");
      bed.change("SELECT 1", "public.item", "1");
      bed.drain(lane);
    }
    dbs.assertSameRows("SELECT * FROM item");
  }

  @Test
  void uniqueValuesThatSwapArrive() throws Exception {
    Bed bed =
        new Bed(
            dbs,
            "CREATE TABLE seat (id int PRIMARY KEY, place text NOT NULL UNIQUE)",
            "INSERT INTO seat VALUES (1, 'A'), (2, 'B'), (3, 'C')");
    LaneDelivery lane = bed.delivery("public.seat");
    try (Connection source = dbs.source().getConnection()) {
      source.setAutoCommit(false);
      Bed.run(source, "UPDATE seat SET place = 'x' WHERE id = 1");
      Bed.run(source, "UPDATE seat SET place = 'A' WHERE id = 2");
      Bed.run(source, "UPDATE seat SET place = 'B' WHERE id = 3");
      Bed.run(source, "UPDATE seat SET place = 'C' WHERE id = 1");
      for (String id : new String[] {"1", "2", "3"}) {
        bed.enter(source, "public.seat", id);
      }
      source.commit();
    }
    bed.drain(lane);
    dbs.assertSameRows("SELECT * FROM seat ORDER BY id");
    assertThat(bed.setAside()).isZero();
  }

  @Test
  void aRowThatTookOverADeletedRowsUniqueValueArrives() throws Exception {
    Bed bed =
        new Bed(
            dbs,
            "CREATE TABLE seat (id int PRIMARY KEY, place text NOT NULL UNIQUE)",
            "INSERT INTO seat VALUES (1, 'A')");
    LaneDelivery lane = bed.delivery("public.seat");
    bed.change("DELETE FROM seat WHERE id = 1", "public.seat", "1");
    bed.change("INSERT INTO seat VALUES (2, 'A')", "public.seat", "2");
    bed.drain(lane);
    dbs.assertSameRows("SELECT * FROM seat");
  }

  @Test
  void aMissingParentIsPulledAlong() throws Exception {
    Bed bed =
        new Bed(
            dbs,
            "CREATE TABLE p (id int PRIMARY KEY, up int REFERENCES p)",
            "CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p)");
    LaneDelivery lane = bed.delivery("public.c");
    dbs.execute(dbs.source(), "INSERT INTO p VALUES (1, NULL), (2, 1), (3, 2)");
    bed.change("INSERT INTO c VALUES (10, 3)", "public.c", "10");
    bed.drain(lane);
    dbs.assertSameRows("SELECT * FROM c");
    dbs.assertSameRows("SELECT * FROM p ORDER BY id");
  }

  @Test
  void manyMissingParentsArePulledAlongAtOnce() throws Exception {
    Bed bed =
        new Bed(
            dbs,
            "CREATE TABLE top (a int, b text, PRIMARY KEY (a, b), UNIQUE (b, a))",
            "CREATE TABLE p (id int PRIMARY KEY, a int, b text, FOREIGN KEY (b, a) REFERENCES top (b, a))",
            "CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p)");
    dbs.execute(
        dbs.source(),
        "INSERT INTO top SELECT i, 'x' || i FROM generate_series(1, 10) i",
        "INSERT INTO p SELECT i, 1 + i % 10, 'x' || (1 + i % 10) FROM generate_series(1, 300) i",
        "INSERT INTO c SELECT i, i FROM generate_series(1, 300) i",
        "INSERT INTO dualwrite.journal (table_name, key_id, key) SELECT 'public.c', "
            + bed.keyId("public.c")
            + ", ARRAY[i::text] FROM generate_series(1, 300) i");
    LaneDelivery lane = bed.delivery("public.c");
    assertThat(lane.round(true).kind()).as("refused as a whole").isEqualTo(RoundResult.Kind.MORE);
    assertThat(lane.round(true).rows()).as("rows with all their parents").isEqualTo(610);
    dbs.assertSameRows("SELECT * FROM top ORDER BY a");
    dbs.assertSameRows("SELECT * FROM p ORDER BY id");
    dbs.assertSameRows("SELECT * FROM c ORDER BY id");
    assertThat(bed.pending()).isZero();
  }

  @Test
  void aParentGoesWhenItsChildrenHaveMoved() throws Exception {
    Bed bed =
        new Bed(
            dbs,
            "CREATE TABLE p (id int PRIMARY KEY)",
            "CREATE TABLE c (id int PRIMARY KEY, p int NOT NULL REFERENCES p)",
            "INSERT INTO p VALUES (1)",
            "INSERT INTO c VALUES (10, 1)");
    LaneDelivery lane = bed.delivery("public.c");
    try (Connection source = dbs.source().getConnection()) {
      source.setAutoCommit(false);
      Bed.run(source, "INSERT INTO p VALUES (2)");
      Bed.run(source, "UPDATE c SET p = 2");
      Bed.run(source, "DELETE FROM p WHERE id = 1");
      bed.enter(source, "public.p", "1");
      bed.enter(source, "public.p", "2");
      bed.enter(source, "public.c", "10");
      source.commit();
    }
    bed.drain(lane);
    dbs.assertSameRows("SELECT * FROM c");
    dbs.assertSameRows("SELECT * FROM p");
  }

  @Test
  void foreignKeysInACircleArrive() throws Exception {
    Bed bed =
        new Bed(
            dbs,
            "CREATE TABLE a (id int PRIMARY KEY, b int)",
            "CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a)",
            "ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b");
    LaneDelivery lane = bed.delivery("public.a");
    try (Connection source = dbs.source().getConnection()) {
      source.setAutoCommit(false);
      Bed.run(source, "INSERT INTO a VALUES (1, NULL)");
      Bed.run(source, "INSERT INTO b VALUES (1, 1)");
      Bed.run(source, "UPDATE a SET b = 1");
      bed.enter(source, "public.a", "1");
      bed.enter(source, "public.b", "1");
      source.commit();
    }
    bed.drain(lane);
    dbs.assertSameRows("SELECT * FROM a");
    dbs.assertSameRows("SELECT * FROM b");
  }

  @Test
  void aRefusedRowIsSetAsideAndTheRestArrives() throws Exception {
    Bed bed = new Bed(dbs, "CREATE TABLE item (id int PRIMARY KEY, n int)");
    dbs.execute(dbs.target(), "ALTER TABLE item ADD CONSTRAINT small CHECK (n < 100)");
    LaneDelivery lane = bed.delivery("public.item");
    bed.change("INSERT INTO item VALUES (1, 1), (2, 1000), (3, 3)", "public.item", "1");
    bed.change("SELECT 1", "public.item", "2");
    bed.change("SELECT 1", "public.item", "3");
    bed.drain(lane);
    dbs.assertSameRows("SELECT * FROM item WHERE n < 100 ORDER BY id");
    assertThat(bed.pending()).isZero();
    try (Connection source = dbs.source().getConnection()) {
      assertThat(bed.journal.setAsideEntries().list(source, 10))
          .singleElement()
          .satisfies(
              s -> {
                assertThat(s.table()).isEqualTo("public.item");
                assertThat(s.key()).containsExactly("2");
                assertThat(s.sqlState()).contains("23514");
                assertThat(s.reason()).contains("small").doesNotContain("1000");
              });
      dbs.execute(dbs.target(), "ALTER TABLE item DROP CONSTRAINT small");
      assertThat(bed.journal.setAsideEntries().retry(source)).isEqualTo(1);
    }
    bed.drain(bed.delivery("public.item"));
    dbs.assertSameRows("SELECT * FROM item ORDER BY id");
    assertThat(bed.setAside()).isZero();
  }

  @Test
  void aTruncatedTableFollows() throws Exception {
    Bed bed =
        new Bed(
            dbs,
            "CREATE TABLE item (id int PRIMARY KEY, n int)",
            "INSERT INTO item SELECT i, i FROM generate_series(1, 2500) i");
    LaneDelivery lane = bed.delivery("public.item");
    bed.change("TRUNCATE item", "public.item");
    bed.change(
        "INSERT INTO item SELECT i, -i FROM generate_series(2000, 3000) i", "public.item", "2000");
    bed.drain(lane);
    dbs.assertSameRows("SELECT * FROM item ORDER BY id");
    assertThat(bed.pending()).isZero();
  }

  @Test
  void aMissingTableOnTheTargetHoldsOnlyItsOwnEntries() throws Exception {
    Bed bed =
        new Bed(
            dbs,
            "CREATE TABLE p (id int PRIMARY KEY)",
            "CREATE TABLE c (id int PRIMARY KEY, p int REFERENCES p)");
    LaneDelivery lane = bed.delivery("public.c");
    dbs.execute(dbs.target(), "DROP TABLE c");
    bed.change("INSERT INTO p VALUES (1)", "public.p", "1");
    bed.change("INSERT INTO c VALUES (1, 1)", "public.c", "1");
    for (int i = 0; i < 3; i++) {
      lane.round(true);
    }
    dbs.assertSameRows("SELECT * FROM p");
    assertThat(bed.pending()).isEqualTo(1);
    assertThat(lane.heldTables()).containsExactly("public.c");
  }
}
