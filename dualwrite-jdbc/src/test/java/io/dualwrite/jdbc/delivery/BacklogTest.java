package io.dualwrite.jdbc.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.jdbc.copy.ChangedTableException;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** Many entries that name a row each, as an outage of the secondary leaves them. */
@WithDatabases
@Guarantee("G1")
class BacklogTest {
  private static final String PART = "public.part";
  private static final String ALL = "SELECT * FROM part ORDER BY no";

  private final Bed bed;
  private final TestDatabases dbs;
  private final LaneDelivery lane;

  BacklogTest(TestDatabases dbs) throws Exception {
    this.dbs = dbs;
    this.bed =
        new Bed(
            dbs, "CREATE TABLE part (item text, no int, name text UNIQUE, PRIMARY KEY (item, no))");
    this.lane = bed.delivery(PART);
  }

  @Test
  void newRowsAreSentAsTheyCome() throws Exception {
    insert(1, 5_000);
    bed.drain(lane);
    dbs.assertSameRows(ALL);
    assertThat(lane.rowsStreamed()).isEqualTo(5_000);
    assertThat(bed.pending()).isZero();
  }

  @Test
  void fewAreNot() throws Exception {
    insert(1, 200);
    bed.drain(lane);
    dbs.assertSameRows(ALL);
    assertThat(lane.rowsStreamed()).isZero();
  }

  @Test
  void changedRowsAreWrittenByTheirKeysAndNewOnesForAWhileToo() throws Exception {
    insert(1, 600);
    bed.drain(lane);
    change("UPDATE part SET name = 'changed ' || no", 1, 600);
    bed.drain(lane);
    dbs.assertSameRows(ALL);
    insert(601, 1_200);
    bed.drain(lane);
    dbs.assertSameRows(ALL);
    assertThat(lane.rowsStreamed()).isEqualTo(600);
    assertThat(bed.pending()).isZero();
  }

  @Test
  void deletedRowsGo() throws Exception {
    insert(1, 900);
    bed.drain(lane);
    change("DELETE FROM part WHERE no <= 600", 1, 600);
    bed.drain(lane);
    dbs.assertSameRows(ALL);
    assertThat(bed.pending()).isZero();
  }

  @Test
  void rowsThatCameAndWentAndThoseThatStayedArriveTogether() throws Exception {
    insert(1, 900);
    change("DELETE FROM part WHERE no % 2 = 0", 1, 900);
    change("UPDATE part SET name = 'again ' || no WHERE no % 3 = 0", 1, 900);
    bed.drain(lane);
    dbs.assertSameRows(ALL);
    assertThat(bed.pending()).isZero();
  }

  @Test
  void rowsThatHaveSwappedTheirUniqueValuesArrive() throws Exception {
    insert(1, 400);
    bed.drain(lane);
    change(
        "UPDATE part SET name = 'x' WHERE no = 1; UPDATE part SET name = 'name 1' WHERE no = 2;"
            + " UPDATE part SET name = 'name 2' WHERE no = 1",
        1,
        400);
    bed.drain(lane);
    dbs.assertSameRows(ALL);
    assertThat(bed.pending()).isZero();
  }

  @Test
  void aRowThatIsRefusedIsSetAsideAlone() throws Exception {
    dbs.execute(dbs.target(), "ALTER TABLE part ADD CHECK (no <> 300)");
    insert(1, 1_000);
    bed.drain(lane);
    dbs.assertSameRows("SELECT * FROM part WHERE no <> 300 ORDER BY no");
    assertThat(bed.pending()).isZero();
    assertThat(bed.setAside()).isEqualTo(1);
  }

  private void insert(int from, int to) throws Exception {
    change(
        "INSERT INTO part SELECT 'item ' || g, g, 'name ' || g FROM generate_series("
            + from
            + ", "
            + to
            + ") g",
        from,
        to);
  }

  private void change(String sql, int from, int to) throws Exception {
    dbs.execute(dbs.source(), sql);
    dbs.execute(
        dbs.source(),
        "INSERT INTO dualwrite.journal (table_name, key_id, key) SELECT '"
            + PART
            + "', "
            + bed.keyId(PART)
            + ", ARRAY['item ' || g, g::text] FROM generate_series("
            + from
            + ", "
            + to
            + ") g");
  }

  @Test
  void aTargetThatHasLostItsKeyGetsNoRowTwice() throws Exception {
    insert(1, 400);
    bed.drain(lane);
    dbs.execute(
        dbs.target(),
        "ALTER TABLE part DROP CONSTRAINT part_pkey",
        "ALTER TABLE part DROP CONSTRAINT part_name_key");
    change("UPDATE part SET name = 'changed ' || no", 1, 400);
    LaneDelivery knowingTheKey = lane;
    assertThatThrownBy(() -> bed.drain(knowingTheKey)).isInstanceOf(SQLException.class);
    assertThat(dbs.queryValue(dbs.target(), "SELECT count(*) FROM part")).isEqualTo("400");
    assertThat(bed.pending()).isEqualTo(400);
  }

  @Test
  void bitsDoNotBecomeAnotherTypesValue() throws Exception {
    Bed other = new Bed(dbs, "CREATE TABLE reading (id int PRIMARY KEY, n bigint)");
    LaneDelivery readings = other.delivery("public.reading");
    dbs.execute(dbs.target(), "ALTER TABLE reading ALTER n TYPE double precision");
    dbs.execute(
        dbs.source(),
        "INSERT INTO reading SELECT g, g FROM generate_series(1, 400) g",
        "INSERT INTO dualwrite.journal (table_name, key_id, key) SELECT 'public.reading', "
            + other.keyId("public.reading")
            + ", ARRAY[g::text] FROM generate_series(1, 400) g");
    assertThatThrownBy(() -> other.drain(readings)).isInstanceOf(ChangedTableException.class);
    assertThat(dbs.queryValue(dbs.target(), "SELECT count(*) FROM reading")).isEqualTo("0");
  }
}
