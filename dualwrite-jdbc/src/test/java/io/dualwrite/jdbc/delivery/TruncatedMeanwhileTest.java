package io.dualwrite.jdbc.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.jdbc.copy.LockedCopy;
import io.dualwrite.jdbc.schema.Lane;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

/** {@code TRUNCATE} empties a table for snapshots that are older than it. */
@WithDatabases
class TruncatedMeanwhileTest {
  private final TestDatabases dbs;

  TruncatedMeanwhileTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @Test
  void aTableThatIsLookedAtKeepsItsRows() throws Exception {
    Bed bed = new Bed(dbs, "CREATE TABLE item (id int PRIMARY KEY)");
    dbs.executeOnBoth("INSERT INTO item VALUES (1)");
    Lane lane = bed.lane("public.item");
    try (LockedCopy lock = LockedCopy.begin(bed.context(), lane)) {
      lock.keepRows(lane.tables().get(0));
      Connection snapshot = lock.primary();
      assertThatThrownBy(
              () ->
                  dbs.execute(
                      dbs.source(),
                      "SET lock_timeout = '100ms'; TRUNCATE item; RESET lock_timeout"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("55P03"));
      try (Statement statement = snapshot.createStatement();
          ResultSet rows = statement.executeQuery("SELECT count(*) FROM item")) {
        rows.next();
        assertThat(rows.getInt(1)).isEqualTo(1);
      }
    }
    dbs.execute(dbs.source(), "TRUNCATE item");
  }
}
