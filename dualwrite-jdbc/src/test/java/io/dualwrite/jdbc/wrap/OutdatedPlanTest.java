package io.dualwrite.jdbc.wrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.FailurePolicy;
import io.dualwrite.jdbc.capture.CapturePlan;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The schema was changed elsewhere, and a plan names a column that is no more. */
class OutdatedPlanTest {
  private final StubMirroring migration = new StubMirroring();
  private final SQLException undefined = new SQLException("column id does not exist", "42703");

  @BeforeEach
  void theKeyIsRenamed() {
    migration.plan("insert", FailurePolicy.RECOVER);
    migration.driver.failures.put("J insert", undefined);
    migration.outdatedFailure = undefined;
    migration.whenOutdated =
        () ->
            migration.plans.put(
                "insert",
                new CapturePlan.Captured(
                    null,
                    "J2 insert",
                    "K2 insert",
                    List.of(StubMirroring.table(FailurePolicy.RECOVER)),
                    null,
                    CapturePlan.Captured.Operation.INSERT));
  }

  @Test
  void underAutoCommitTheStatementRunsByANewPlan() throws Exception {
    assertThat(migration.update("insert")).isEqualTo(1);
    assertThat(migration.calls).startsWith("executeUpdate J insert", "executeUpdate J2 insert");
  }

  @Test
  void aPreparedStatementKeepsItsParameters() throws Exception {
    assertThat(migration.update("insert", 7)).isEqualTo(1);
    assertThat(migration.calls)
        .containsSubsequence(
            "executeUpdate J insert",
            "prepare J2 insert",
            "setLong 1 7",
            "executeUpdate J2 insert");
  }

  @Test
  void itRunsOnceMoreAndNoMore() throws Exception {
    migration.driver.failures.put("J2 insert", undefined);
    assertThatThrownBy(() -> migration.update("insert")).isSameAs(undefined);
    assertThat(migration.calls).filteredOn(c -> c.startsWith("executeUpdate")).hasSize(2);
  }

  @Test
  void aTransactionIsToBeRunAgain() throws Exception {
    try (Connection connection = migration.connect();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      assertThatThrownBy(() -> statement.executeUpdate("insert"))
          .isInstanceOf(SQLTransactionRollbackException.class)
          .hasFieldOrPropertyWithValue("SQLState", "40001")
          .hasCause(undefined);
    }
    assertThat(migration.calls).doesNotContain("executeUpdate J2 insert");
  }
}
