package io.dualwrite.jdbc.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.copy.LockedCopy;
import io.dualwrite.jdbc.prepared.PreparedId;
import io.dualwrite.jdbc.prepared.PreparedTransactions;
import io.dualwrite.jdbc.prepared.PrimaryDatabase;
import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of what is left prepared: each answer that the primary can give. */
@WithDatabases
class PreparedRecoveryTest {
  private final TestDatabases dbs;
  private final AtomicBoolean mayCommit = new AtomicBoolean(true);
  private Bed bed;

  PreparedRecoveryTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @BeforeEach
  void tables() throws Exception {
    bed = new Bed(dbs, "CREATE TABLE item (id int PRIMARY KEY, v int)");
  }

  private PreparedRecovery recovery() throws SQLException {
    PreparedRecovery recovery = new PreparedRecovery(bed.context(), true, mayCommit::get, () -> {});
    recovery.start();
    return recovery;
  }

  /** Writes the row on the primary, with its entry, and prepares it on the secondary. */
  private PreparedId prepare(Connection own, int row) throws SQLException {
    own.setAutoCommit(false);
    Bed.run(own, "INSERT INTO item VALUES (" + row + ", 1)");
    bed.enter(own, "public.item", String.valueOf(row));
    PreparedId id = name(own);
    prepareOnSecondary(id, row);
    return id;
  }

  private PreparedId name(Connection own) throws SQLException {
    String database;
    try (Connection primary = dbs.source().getConnection()) {
      database = new PrimaryDatabase(bed.journal).identity(primary);
    }
    try (Statement statement = own.createStatement();
        ResultSet row =
            statement.executeQuery("SELECT pg_current_xact_id()::text, now(), clock_timestamp()")) {
      row.next();
      return PreparedId.of(
          "test",
          database,
          row.getString(1),
          row.getTimestamp(2).toInstant(),
          row.getTimestamp(3).toInstant());
    }
  }

  private void prepareOnSecondary(PreparedId id, int row) throws SQLException {
    try (LockedCopy copy = LockedCopy.begin(bed.context(), bed.lane("public.item"))) {
      Bed.run(copy.secondary(), "INSERT INTO item VALUES (" + row + ", 1)");
      copy.prepare(id.text());
    }
  }

  private List<String> prepared() throws SQLException {
    try (Connection target = dbs.target().getConnection()) {
      return PreparedTransactions.read(target, "test").waiting().stream()
          .map(PreparedTransactions.Waiting::text)
          .toList();
    }
  }

  private void awaitNothingPrepared() {
    Awaitility.await().until(() -> prepared().isEmpty());
  }

  private String rows() throws SQLException {
    return dbs.queryValue(
        dbs.target(), "SELECT coalesce(string_agg(id::text, ' ' ORDER BY id), '') FROM item");
  }

  @Test
  @Guarantee("G1")
  void whatThePrimaryCommittedIsCommitted() throws Exception {
    try (Connection own = dbs.source().getConnection()) {
      prepare(own, 1);
      own.commit();
      own.setAutoCommit(true);
    }
    try (PreparedRecovery recovery = recovery()) {
      awaitNothingPrepared();
    }
    assertThat(rows()).isEqualTo("1");
    assertThat(bed.pending()).as("delivered once more, by somebody who knows nothing").isEqualTo(1);
  }

  @Test
  @Guarantee("G3")
  void whatThePrimaryRolledBackIsRolledBack() throws Exception {
    try (Connection own = dbs.source().getConnection()) {
      prepare(own, 1);
      own.rollback();
      own.setAutoCommit(true);
    }
    try (PreparedRecovery recovery = recovery()) {
      awaitNothingPrepared();
    }
    assertThat(rows()).isEmpty();
  }

  @Test
  @Guarantee({"G1", "G4"})
  void whatRunsIsLeftAndTheLaneStaysLocked() throws Exception {
    try (Connection own = dbs.source().getConnection();
        PreparedRecovery recovery = recovery()) {
      PreparedId id = prepare(own, 1);
      Awaitility.await()
          .pollDelay(Duration.ofMillis(2500))
          .untilAsserted(() -> assertThat(prepared()).containsExactly(id.text()));
      Optional<LockedCopy> other = LockedCopy.tryBegin(bed.context(), bed.lane("public.item"));
      other.ifPresent(LockedCopy::close);
      assertThat(other).as("the prepared transaction holds the lane").isEmpty();
      own.commit();
      own.setAutoCommit(true);
      awaitNothingPrepared();
      assertThat(rows()).isEqualTo("1");
    }
  }

  @Test
  @Guarantee("G9")
  void whileTheKillSwitchIsEngagedItOnlyRollsBack() throws Exception {
    mayCommit.set(false);
    try (Connection own = dbs.source().getConnection()) {
      prepare(own, 1);
      own.commit();
      own.setAutoCommit(true);
    }
    try (PreparedRecovery recovery = recovery()) {
      awaitNothingPrepared();
    }
    assertThat(rows()).isEmpty();
    bed.drain(bed.delivery("public.item"));
    assertThat(rows()).isEqualTo("1");
  }

  @Test
  @Guarantee("G3")
  void aNumberThatWasGivenOutAgainIsNotTakenForTheTransaction() throws Exception {
    String number;
    PreparedId lost;
    try (Connection later = dbs.source().getConnection()) {
      later.setAutoCommit(false);
      Bed.run(later, "INSERT INTO item VALUES (2, 2)");
      bed.enter(later, "public.item", "2");
      number = name(later).transaction();
      // As if the primary had crashed before this: another transaction had the number then.
      Instant before = Instant.now().minusSeconds(60);
      lost = PreparedId.of("test", name(later).database(), number, before, before.plusMillis(5));
      later.commit();
      later.setAutoCommit(true);
    }
    prepareOnSecondary(lost, 1);
    assertThat(dbs.queryValue(dbs.source(), "SELECT pg_xact_status('" + number + "'::xid8)"))
        .isEqualTo("committed");
    try (PreparedRecovery recovery = recovery()) {
      awaitNothingPrepared();
    }
    assertThat(rows()).isEmpty();
  }

  @Test
  @Guarantee("G3")
  void whatThisServerCannotKnowStaysPrepared() throws Exception {
    PreparedId future =
        PreparedId.of("test", "0", "4000000000", Instant.now(), Instant.now().plusMillis(1));
    PreparedId elsewhere;
    try (Connection own = dbs.source().getConnection()) {
      own.setAutoCommit(false);
      PreparedId here = name(own);
      own.rollback();
      own.setAutoCommit(true);
      elsewhere =
          new PreparedId(here.migration(), "17.4", here.transaction(), here.since(), here.until());
    }
    dbs.execute(
        dbs.target(),
        "BEGIN; INSERT INTO item VALUES (1, 1); PREPARE TRANSACTION '" + future.text() + "'",
        "BEGIN; INSERT INTO item VALUES (2, 1); PREPARE TRANSACTION '" + elsewhere.text() + "'",
        "BEGIN; INSERT INTO item VALUES (3, 1); PREPARE TRANSACTION 'somebody else''s'");
    try (PreparedRecovery recovery = recovery()) {
      Awaitility.await()
          .pollDelay(Duration.ofMillis(2500))
          .untilAsserted(
              () ->
                  assertThat(prepared())
                      .containsExactlyInAnyOrder(future.text(), elsewhere.text()));
      dbs.execute(
          dbs.target(),
          "ROLLBACK PREPARED '" + future.text() + "'",
          "ROLLBACK PREPARED '" + elsewhere.text() + "'",
          "ROLLBACK PREPARED 'somebody else''s'");
    }
  }

  @Test
  @Guarantee("G1")
  void severalInstancesDoNotGetInEachOthersWay() throws Exception {
    dbs.executeOnBoth("CREATE TABLE other (id int PRIMARY KEY)");
    List<Connection> own = new ArrayList<>();
    try (PreparedRecovery one = recovery();
        PreparedRecovery two = recovery();
        PreparedRecovery three = recovery()) {
      for (int i = 1; i <= 12; i++) {
        Connection c = dbs.source().getConnection();
        own.add(c);
        c.setAutoCommit(false);
        Bed.run(c, "INSERT INTO other VALUES (" + i + ")");
        bed.enter(c, "public.other", String.valueOf(i));
        PreparedId id = name(c);
        dbs.execute(
            dbs.target(),
            "BEGIN; INSERT INTO other VALUES (" + i + "); PREPARE TRANSACTION '" + id.text() + "'");
      }
      for (int i = 0; i < own.size(); i++) {
        if (i % 2 == 0) {
          own.get(i).commit();
        } else {
          own.get(i).rollback();
        }
      }
      awaitNothingPrepared();
      dbs.assertSameRows("SELECT id FROM other ORDER BY id");
    } finally {
      for (Connection c : own) {
        c.setAutoCommit(true);
        c.close();
      }
    }
  }

  @Test
  @Guarantee("G1")
  void whatACommitLeavesAfterTheEndIsRolledBackAndFollowsFromTheJournal() throws Exception {
    PreparedRecovery recovery = recovery();
    recovery.close();
    try (Connection own = dbs.source().getConnection()) {
      PreparedId id = prepare(own, 1);
      own.commit();
      own.setAutoCommit(true);
      recovery.soon(id);
    }
    awaitNothingPrepared();
    assertThat(rows()).isEmpty();
    assertThat(bed.pending()).isEqualTo(1);
  }

  @Test
  void theEndWaitsForCommitsThatAreUnderWay() throws Exception {
    PreparedRecovery recovery = recovery();
    try (Connection own = dbs.source().getConnection()) {
      PreparedId id = prepare(own, 1);
      recovery.begun(id);
      Thread closing = new Thread(recovery::close);
      closing.start();
      Awaitility.await().until(() -> closing.getState() == Thread.State.TIMED_WAITING);
      own.commit();
      own.setAutoCommit(true);
      recovery.soon(id);
      closing.join();
    }
    assertThat(prepared()).isEmpty();
    assertThat(rows()).isEqualTo("1");
  }
}
