package io.dualwrite.jdbc.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.copy.LockedCopy;
import io.dualwrite.jdbc.prepared.PreparedId;
import io.dualwrite.jdbc.prepared.PrimaryDatabase;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is prepared when a server is killed. */
@WithDatabases(dedicated = true)
class PreparedThroughCrashesTest {
  private final TestDatabases dbs;
  private Bed bed;

  PreparedThroughCrashesTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @BeforeEach
  void tables() throws SQLException {
    bed = new Bed(dbs, "CREATE TABLE item (id int PRIMARY KEY, v int)");
  }

  private PreparedId write(Connection own, int row) throws SQLException {
    String database = new PrimaryDatabase(bed.journal).identity(own);
    own.setAutoCommit(false);
    Bed.run(own, "INSERT INTO item VALUES (" + row + ", 1)");
    bed.enter(own, "public.item", String.valueOf(row));
    try (Statement statement = own.createStatement();
        ResultSet time =
            statement.executeQuery("SELECT pg_current_xact_id()::text, now(), clock_timestamp()")) {
      time.next();
      return PreparedId.of(
          "test",
          database,
          time.getString(1),
          time.getTimestamp(2).toInstant(),
          time.getTimestamp(3).toInstant());
    }
  }

  private void prepare(PreparedId id, int row) throws SQLException {
    try (LockedCopy copy = LockedCopy.begin(bed.context(), bed.lane("public.item"))) {
      Bed.run(copy.secondary(), "INSERT INTO item VALUES (" + row + ", 1)");
      copy.prepare(id.text());
    }
  }

  private void recover() {
    try (PreparedRecovery recovery =
        new PreparedRecovery(bed.context(), true, () -> true, () -> {})) {
      recovery.start();
      Awaitility.await()
          .until(
              () ->
                  "0"
                      .equals(
                          dbs.queryValue(
                              dbs.target(),
                              "SELECT count(*) FROM pg_prepared_xacts WHERE database = current_database()")));
    }
  }

  @Test
  @Guarantee({"G1", "G3"})
  void aCrashedPrimaryGivesTheNumberToAnotherTransaction() throws Exception {
    dbs.execute(
        dbs.source(), "ALTER SYSTEM SET wal_writer_delay = '10s'", "SELECT pg_reload_conf()");
    try {
      PreparedId lost;
      try (Connection own = dbs.source().getConnection()) {
        lost = write(own, 1);
        prepare(lost, 1);
        dbs.sourceServer().kill();
      }
      dbs.sourceServer().restart();
      try (Connection own = dbs.source().getConnection()) {
        PreparedId next = write(own, 9);
        own.commit();
        own.setAutoCommit(true);
        assertThat(next.transaction()).as("the number").isEqualTo(lost.transaction());
      }
      recover();
      assertThat(dbs.queryValue(dbs.target(), "SELECT count(*) FROM item")).isEqualTo("0");
      bed.drain(bed.delivery("public.item"));
      dbs.assertSameRows("SELECT * FROM item");
    } finally {
      dbs.execute(dbs.source(), "ALTER SYSTEM RESET wal_writer_delay", "SELECT pg_reload_conf()");
    }
  }

  @Test
  @Guarantee({"G1", "G4"})
  void aCrashedSecondaryKeepsTheTransactionAndItsLane() throws Exception {
    try (Connection own = dbs.source().getConnection()) {
      prepare(write(own, 1), 1);
      own.commit();
      own.setAutoCommit(true);
    }
    dbs.targetServer().kill();
    dbs.targetServer().restart();
    assertThat(bed.delivery("public.item").round(false).kind()).isEqualTo(RoundResult.Kind.BUSY);
    recover();
    dbs.assertSameRows("SELECT * FROM item");
    bed.drain(bed.delivery("public.item"));
    dbs.assertSameRows("SELECT * FROM item");
  }
}
