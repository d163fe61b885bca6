package io.dualwrite.jdbc.wrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.FailurePolicy;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;
import java.sql.Statement;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The journal cannot be written: the application goes on, on the primary alone. */
class JournalFailureTest {
  private final StubMirroring migration = new StubMirroring();
  private final SQLException missing = new SQLException("no such table: journal", "42P01");

  @BeforeEach
  void theJournalIsMissing() {
    migration.plan("insert", FailurePolicy.RECOVER);
    migration.journalFailure = missing;
    migration.driver.failures.put("J insert", missing);
  }

  @Test
  void underAutoCommitTheTextRunsAsItWasWritten() throws Exception {
    assertThat(migration.update("insert")).isEqualTo(1);
    assertThat(migration.calls)
        .startsWith("executeUpdate J insert", "executeUpdate insert")
        .noneMatch(call -> call.startsWith("committed"));
  }

  @Test
  void aPreparedStatementRunsAsItWasWrittenWithItsParameters() throws Exception {
    assertThat(migration.update("insert", 7)).isEqualTo(1);
    assertThat(migration.calls)
        .startsWith(
            "prepare J insert",
            "setLong 1 7",
            "executeUpdate J insert",
            "prepare insert",
            "setLong 1 7",
            "close J insert",
            "executeUpdate insert");
  }

  @Test
  void theStatementThatFallsBackShowsThatItIsInPassThrough() throws Exception {
    StringBuilder seen = new StringBuilder();
    migration.driver.whileExecuting = () -> seen.append(migration.inPassThrough()).append(' ');
    try (Connection connection = migration.connect();
        Statement statement = connection.createStatement()) {
      statement.executeUpdate("insert");
      assertThat(migration.inPassThrough()).isFalse();
    }
    assertThat(seen).hasToString("false true ");
  }

  @Test
  void aJournalThatIsMendedMeanwhileIsNotPassedBy() throws Exception {
    try (Connection connection = migration.connect();
        Statement statement = connection.createStatement()) {
      migration.nextActive.add(true);
      migration.nextActive.add(false);
      migration.nextActive.add(true);
      assertThatThrownBy(() -> statement.executeUpdate("insert"))
          .isInstanceOf(SQLTransactionRollbackException.class)
          .hasFieldOrPropertyWithValue("SQLState", "40001");
    }
    assertThat(migration.calls).doesNotContain("executeUpdate insert");
  }

  @Test
  void insideATransactionTheApplicationIsToldToRunItAgain() throws Exception {
    try (Connection connection = migration.connect();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      assertThatThrownBy(() -> statement.executeUpdate("insert"))
          .isInstanceOf(SQLTransactionRollbackException.class)
          .hasFieldOrPropertyWithValue("SQLState", "40001")
          .hasMessageContaining("Run it again")
          .hasCause(missing);
      connection.rollback();
      assertThat(statement.executeUpdate("insert")).isEqualTo(1);
      connection.commit();
    }
    assertThat(migration.calls)
        .containsSubsequence("executeUpdate J insert", "rollback", "executeUpdate insert", "commit")
        .noneMatch(call -> call.startsWith("mirrored commit"));
  }

  @Test
  void aBatchMayBeDoneInPartSoItSaysWhich() throws Exception {
    BatchUpdateException failure =
        new BatchUpdateException(
            "row 2", "42P01", 0, new int[] {1, Statement.EXECUTE_FAILED}, missing);
    migration.driver.failures.put("J insert", failure);
    try (Connection connection = migration.connect();
        PreparedStatement statement = connection.prepareStatement("insert")) {
      statement.addBatch();
      statement.addBatch();
      assertThatThrownBy(statement::executeBatch)
          .isInstanceOfSatisfying(
              BatchUpdateException.class,
              thrown -> {
                assertThat(thrown.getSQLState()).isEqualTo("40001");
                assertThat(thrown.getUpdateCounts()).containsExactly(1, Statement.EXECUTE_FAILED);
              });
    }
  }
}
