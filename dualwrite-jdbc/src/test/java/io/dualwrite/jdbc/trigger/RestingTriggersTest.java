package io.dualwrite.jdbc.trigger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.testing.Guarantee;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * While the kill switch is engaged in the control table nothing is named, and whatever is not named
 * lies in a gap that ends after its last transaction.
 */
@WithDatabases
@Guarantee("G2")
class RestingTriggersTest {
  private final TestDatabases dbs;
  private final TriggerBed bed;

  RestingTriggersTest(TestDatabases dbs) {
    this.dbs = dbs;
    this.bed = new TriggerBed(dbs);
  }

  private void install() throws SQLException {
    bed.run("CREATE TABLE item (id int PRIMARY KEY)");
    bed.install();
  }

  private List<List<@Nullable String>> gaps() throws SQLException {
    try (Connection connection = dbs.source().getConnection()) {
      new TriggerGaps(bed.configuration()).endReleased(connection);
    }
    return dbs.query(dbs.source(), "SELECT reason, until IS NULL FROM dualwrite.gaps ORDER BY id");
  }

  private static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  void engagedNothingIsNamedAndReleasedAllIs() throws Exception {
    install();
    bed.run("INSERT INTO item VALUES (1)");
    bed.killSwitch(true);
    bed.run("INSERT INTO item VALUES (2)", "TRUNCATE item");
    assertThat(bed.taken()).containsExactly("public.item {1}");
    assertThat(gaps()).containsExactly(List.of("kill switch", "t"));
    bed.killSwitch(true);
    assertThat(gaps()).containsExactly(List.of("kill switch", "t"));
    bed.killSwitch(false);
    bed.run("INSERT INTO item VALUES (3)");
    assertThat(bed.taken()).containsExactly("public.item {3}");
    Awaitility.await().until(() -> gaps().equals(List.of(List.of("kill switch", "f"))));
  }

  @Test
  void theGapBeginsInTheSnapshotThatShowsTheSwitchEngaged() throws Exception {
    install();
    try (Connection engaging = dbs.source().getConnection()) {
      engaging.setAutoCommit(false);
      run(engaging, "UPDATE dualwrite.control SET kill_switch = true");
      bed.run("INSERT INTO item VALUES (1)");
      assertThat(bed.taken()).containsExactly("public.item {1}");
      assertThat(gaps()).isEmpty();
      engaging.commit();
    }
    bed.run("INSERT INTO item VALUES (2)");
    assertThat(bed.taken()).isEmpty();
    assertThat(gaps()).containsExactly(List.of("kill switch", "t"));
  }

  @Test
  void theGapLastsUntilTheLastTransactionThatWroteUnnamedHasEnded() throws Exception {
    install();
    try (Connection slow = dbs.source().getConnection()) {
      slow.setAutoCommit(false);
      run(slow, "INSERT INTO item VALUES (1)");
      bed.killSwitch(true);
      run(slow, "INSERT INTO item VALUES (2)");
      bed.killSwitch(false);
      assertThat(gaps()).containsExactly(List.of("kill switch", "t"));
      run(slow, "INSERT INTO item VALUES (3)");
      assertThat(gaps()).containsExactly(List.of("kill switch", "t"));
      slow.commit();
    }
    assertThat(bed.taken()).containsExactly("public.item {1}", "public.item {3}");
    Awaitility.await().until(() -> gaps().equals(List.of(List.of("kill switch", "f"))));
  }

  @Test
  void aSnapshotOlderThanTheReleaseNamesItsRowsAllTheSame() throws Exception {
    install();
    bed.killSwitch(true);
    try (Connection old = dbs.source().getConnection()) {
      old.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
      old.setAutoCommit(false);
      run(old, "SELECT * FROM dualwrite.control");
      bed.killSwitch(false);
      Awaitility.await().until(() -> gaps().equals(List.of(List.of("kill switch", "f"))));
      run(old, "INSERT INTO item VALUES (1)");
      old.commit();
    }
    assertThat(bed.taken()).containsExactly("public.item {1}");
  }

  @Test
  void aSnapshotOfAnEarlierEngagementDoesNotRestInALaterOne() throws Exception {
    install();
    bed.killSwitch(true);
    try (Connection old = dbs.source().getConnection()) {
      old.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      old.setAutoCommit(false);
      run(old, "SELECT * FROM dualwrite.control");
      bed.killSwitch(false);
      bed.killSwitch(true);
      run(old, "INSERT INTO item VALUES (1)");
      old.commit();
    }
    assertThat(bed.taken()).containsExactly("public.item {1}");
    assertThat(gaps()).hasSize(2);
    bed.killSwitch(false);
    Awaitility.await()
        .until(
            () -> gaps().equals(List.of(List.of("kill switch", "f"), List.of("kill switch", "f"))));
  }

  @Test
  void anEngagementThatIsRolledBackLeavesNothing() throws Exception {
    install();
    bed.run("BEGIN; UPDATE dualwrite.control SET kill_switch = true; ROLLBACK");
    bed.run("INSERT INTO item VALUES (1)");
    assertThat(bed.taken()).containsExactly("public.item {1}");
    assertThat(gaps()).isEmpty();
  }

  @Test
  void aReleaseThatIsRolledBackNamesTooMuchUntilItIsEngagedAgain() throws Exception {
    install();
    bed.killSwitch(true);
    bed.run("BEGIN; UPDATE dualwrite.control SET kill_switch = false; ROLLBACK");
    bed.run("INSERT INTO item VALUES (1)");
    assertThat(bed.taken()).containsExactly("public.item {1}");
    bed.killSwitch(true);
    bed.run("INSERT INTO item VALUES (2)");
    assertThat(bed.taken()).isEmpty();
    assertThat(gaps()).containsExactly(List.of("kill switch", "t"));
  }

  @Test
  void aPhaseWithOneSideIsAGapTooAndOneOfTheTargetsIsNone() throws Exception {
    install();
    bed.run("UPDATE dualwrite.control SET phase = 'SOURCE_ONLY'", "INSERT INTO item VALUES (1)");
    assertThat(gaps()).containsExactly(List.of("phase SOURCE_ONLY", "t"));
    bed.run("UPDATE dualwrite.control SET phase = 'SOURCE_PRIMARY'", "INSERT INTO item VALUES (2)");
    Awaitility.await().until(() -> gaps().equals(List.of(List.of("phase SOURCE_ONLY", "f"))));
    assertThat(bed.taken()).containsExactly("public.item {2}");
    bed.run("UPDATE dualwrite.control SET phase = 'TARGET_PRIMARY'", "INSERT INTO item VALUES (3)");
    assertThat(bed.taken()).isEmpty();
    assertThat(gaps()).hasSize(1);
  }

  @Test
  void triggersThatComeWhileTheSwitchIsEngagedBeginWithAGap() throws Exception {
    bed.install();
    bed.killSwitch(true);
    bed.run(
        "DROP TRIGGER capture_turn ON dualwrite.control", "CREATE TABLE item (id int PRIMARY KEY)");
    bed.run("UPDATE dualwrite.control SET capture_turn = NULL");
    dbs.execute(dbs.source(), "DELETE FROM dualwrite.gaps");
    bed.install();
    bed.run("INSERT INTO item VALUES (1)");
    assertThat(bed.taken()).isEmpty();
    assertThat(gaps()).contains(List.of("kill switch", "t"));
  }

  @Test
  void theSwitchIsTheWayOutOfAJournalThatCannotBeWritten() throws Exception {
    install();
    bed.run("ALTER TABLE dualwrite.journal RENAME TO gone");
    assertThatThrownBy(() -> bed.run("INSERT INTO item VALUES (1)"))
        .hasMessageContaining("journal");
    bed.killSwitch(true);
    bed.run("INSERT INTO item VALUES (1)");
    assertThat(gaps()).containsExactly(List.of("kill switch", "t"));
  }

  @Test
  void withoutItsRowInTheControlTableRowsAreNamed() throws Exception {
    install();
    bed.run("DELETE FROM dualwrite.control", "INSERT INTO item VALUES (1)");
    assertThat(bed.taken()).containsExactly("public.item {1}");
  }

  @Test
  @WithDatabases(dedicated = true)
  void aCrashOfTheServerChangesNothing(TestDatabases own) throws Exception {
    TriggerBed there = new TriggerBed(own);
    there.run("CREATE TABLE item (id int PRIMARY KEY)");
    there.install();
    there.killSwitch(true);
    own.sourceServer().restart();
    there.run("INSERT INTO item VALUES (1)");
    assertThat(there.taken()).isEmpty();
    there.killSwitch(false);
    own.sourceServer().restart();
    there.run("INSERT INTO item VALUES (2)");
    assertThat(there.taken()).containsExactly("public.item {2}");
  }
}
