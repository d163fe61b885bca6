package io.dualwrite.jdbc.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.copy.LockedCopy;
import io.dualwrite.jdbc.copy.RowKey;
import io.dualwrite.jdbc.schema.Lane;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Entries that name several rows by their keys, as those of loads with keys in no order do. */
@WithDatabases
@Guarantee("G1")
class SeveralKeysTest {
  private static final String PART = "public.part";

  private final Bed bed;
  private final TestDatabases dbs;

  SeveralKeysTest(TestDatabases dbs) throws Exception {
    this.dbs = dbs;
    this.bed =
        new Bed(dbs, "CREATE TABLE part (item text, no int, name text, PRIMARY KEY (item, no))");
  }

  @Test
  void allThatIsNamedArrivesAndNothingElse() throws Exception {
    rows(9_000);
    name("no <= 8000");
    LaneDelivery lane = bed.delivery(PART);
    bed.drain(lane);
    assertThat(dbs.query(dbs.target(), "SELECT * FROM part ORDER BY no"))
        .isEqualTo(dbs.query(dbs.source(), "SELECT * FROM part WHERE no <= 8000 ORDER BY no"));
    assertThat(bed.pending()).isZero();
    assertThat(lane.rowsStreamed()).isEqualTo(8_000);

    name("no > 7990 AND no % 2 = 0");
    dbs.execute(dbs.source(), "DELETE FROM part WHERE no % 4 = 0 AND no > 7990");
    bed.drain(lane);
    assertThat(dbs.query(dbs.target(), "SELECT * FROM part WHERE no > 7990 ORDER BY no"))
        .isEqualTo(
            dbs.query(
                dbs.source(),
                "SELECT * FROM part WHERE no > 7990 AND (no % 2 = 0 OR no <= 8000) ORDER BY no"));
  }

  @Test
  void aRowThatIsGoneByThenGoesFromTheTargetToo() throws Exception {
    rows(1_000);
    name("true");
    dbs.execute(dbs.source(), "DELETE FROM part WHERE no % 3 = 0");
    dbs.execute(dbs.target(), "INSERT INTO part VALUES ('item ''300', 300, 'old')");
    LaneDelivery lane = bed.delivery(PART);
    bed.drain(lane);
    dbs.assertSameRows("SELECT * FROM part ORDER BY no");
    assertThat(lane.rowsStreamed()).isEqualTo(667);
  }

  @Test
  void manyLargeRowsOfWhichSomeAreGoneAllGo() throws Exception {
    dbs.execute(
        dbs.source(),
        "INSERT INTO part SELECT 'item ''' || g, g, repeat('x', 9000) FROM generate_series(1, 3000) g");
    name("true");
    dbs.execute(dbs.source(), "DELETE FROM part WHERE no % 10 = 0");
    dbs.execute(
        dbs.target(),
        "INSERT INTO part SELECT 'item ''' || g, g, 'old' FROM generate_series(10, 3000, 10) g");
    bed.drain(bed.delivery(PART));
    dbs.assertSameRows("SELECT item, no, length(name) FROM part ORDER BY no");
  }

  @Test
  void aTargetThatKnowsNoKeyGetsNoRowTwice() throws Exception {
    dbs.execute(dbs.target(), "ALTER TABLE part DROP CONSTRAINT part_pkey");
    rows(500);
    name("true");
    bed.drain(bed.delivery(PART));
    name("true");
    dbs.execute(dbs.source(), "UPDATE part SET name = 'newer'");
    bed.drain(bed.delivery(PART));
    dbs.assertSameRows("SELECT * FROM part ORDER BY no");
  }

  @Test
  void aRowThatIsRefusedIsSetAsideAlone() throws Exception {
    rows(2_000);
    dbs.execute(dbs.target(), "ALTER TABLE part ADD CHECK (no <> 700)");
    name("true");
    bed.drain(bed.delivery(PART));
    dbs.assertSameRows("SELECT * FROM part WHERE no <> 700 ORDER BY no");
    assertThat(bed.pending()).isZero();
    assertThat(dbs.query(dbs.source(), "SELECT key FROM dualwrite.set_aside")).hasSize(1);
  }

  @Test
  void keysOfAnotherKeyStandForTheWholeTable() throws Exception {
    rows(1_500);
    name("no < 10");
    dbs.executeOnBoth(
        "ALTER TABLE part DROP CONSTRAINT part_pkey", "ALTER TABLE part ADD PRIMARY KEY (no)");
    bed.drain(bed.delivery(PART));
    dbs.assertSameRows("SELECT * FROM part ORDER BY no");
    assertThat(bed.pending()).isZero();
  }

  @Test
  @Guarantee("G10")
  void aRowNamedAmongOthersIsKnownToBePending() throws Exception {
    rows(20);
    name("no BETWEEN 5 AND 9");
    Lane lane = bed.lane(PART);
    try (LockedCopy copy = LockedCopy.begin(bed.context(), lane)) {
      assertThat(
              copy.pending(
                  lane.tables().get(0), List.of(key(4), key(5), key(9), key(10), key(100))))
          .containsExactlyInAnyOrder(key(5), key(9));
    }
  }

  private static RowKey key(int no) {
    return new RowKey(List.of("item '" + no, Integer.toString(no)));
  }

  private void rows(int most) throws Exception {
    dbs.execute(
        dbs.source(),
        "INSERT INTO part SELECT 'item ''' || g, g, 'name ' || g FROM generate_series(1, "
            + most
            + ") g");
  }

  private void name(String which) throws Exception {
    dbs.execute(
        dbs.source(),
        "INSERT INTO dualwrite.journal (table_name, key_id, keys) SELECT '"
            + PART
            + "', "
            + bed.keyId(PART)
            + ", array_agg(ARRAY[item, no::text]) FROM part WHERE "
            + which
            + " GROUP BY no / 1000");
  }
}
