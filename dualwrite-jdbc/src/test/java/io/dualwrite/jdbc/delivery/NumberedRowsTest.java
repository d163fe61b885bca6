package io.dualwrite.jdbc.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows whose keys are numbers that mostly follow one another are read in runs. */
@WithDatabases
class NumberedRowsTest {
  private final TestDatabases dbs;

  NumberedRowsTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @ParameterizedTest
  @ValueSource(strings = {"smallint", "integer", "bigint", "numeric"})
  @Guarantee("G1")
  void allThatIsNamedArrivesAndNothingElse(String type) throws Exception {
    Bed bed = new Bed(dbs, "CREATE TABLE item (id " + type + " PRIMARY KEY, name text)");
    LaneDelivery lane = bed.delivery("public.item");
    try (Connection source = dbs.source().getConnection()) {
      source.setAutoCommit(false);
      Bed.run(
          source,
          "INSERT INTO item SELECT i, 'first ' || i FROM generate_series(-700, 1700) i WHERE i % 300 > 20");
      name(bed, source, "i BETWEEN -650 AND 1600 AND i % 400 <> 7");
      source.commit();
      bed.drain(lane);
      assertArrived("id BETWEEN -650 AND 1600 AND id % 400 <> 7");

      Bed.run(source, "UPDATE item SET name = 'second ' || id WHERE id % 3 = 0");
      Bed.run(source, "DELETE FROM item WHERE id % 5 = 0");
      name(bed, source, "true");
      source.commit();
    }
    bed.drain(lane);
    assertArrived("true");
    dbs.assertSameRows("SELECT * FROM item ORDER BY id");
    assertThat(bed.pending()).isZero();
  }

  private static void name(Bed bed, Connection source, String which) throws Exception {
    Bed.run(
        source,
        "INSERT INTO dualwrite.journal (table_name, key_id, key) SELECT 'public.item', "
            + bed.keyId("public.item")
            + ", ARRAY[i::text] FROM generate_series(-700, 1700) i WHERE "
            + which);
  }

  private void assertArrived(String which) throws Exception {
    String rows = "SELECT * FROM item WHERE " + which + " ORDER BY id";
    assertThat(dbs.query(dbs.target(), "SELECT * FROM item ORDER BY id"))
        .isNotEmpty()
        .isEqualTo(dbs.query(dbs.source(), rows));
  }
}
