package io.dualwrite.jdbc.wrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.FailurePolicy;
import io.dualwrite.jdbc.capture.CapturePlan;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Batches keep the form that they were begun in, and never run unjournaled outside a gap. */
class BatchTest {
  private final StubMirroring migration = new StubMirroring();
  private final List<String> calls = migration.calls;

  @BeforeEach
  void insertsAreCaptured() {
    migration.plan("insert", FailurePolicy.RECOVER);
  }

  @Test
  void aMirroredBatchJournals() throws Exception {
    try (Connection connection = migration.connect();
        Statement statement = connection.createStatement()) {
      statement.addBatch("insert");
      statement.addBatch("select");
      statement.executeBatch();
    }
    assertThat(calls)
        .startsWith("addBatch J insert", "addBatch select", "executeBatch ", "committed public.t");
  }

  @Test
  void aBatchBegunInPassThroughHoldsTheGapOpenUntilItsRowsAreCommitted() throws Exception {
    migration.active = false;
    try (Connection connection = migration.connect();
        PreparedStatement statement = connection.prepareStatement("insert")) {
      statement.addBatch();
      assertThat(migration.inPassThrough()).isTrue();
      migration.active = true;
      connection.setAutoCommit(false);
      statement.addBatch();
      try (Statement other = connection.createStatement()) {
        other.executeUpdate("insert");
      }
      statement.executeBatch();
      assertThat(migration.inPassThrough()).isTrue();
      connection.commit();
      assertThat(migration.inPassThrough()).isFalse();
      statement.addBatch();
      statement.executeBatch();
      connection.commit();
    }
    assertThat(calls)
        .containsSubsequence(
            "addBatch insert",
            "addBatch insert",
            "executeUpdate J insert",
            "executeBatch insert",
            "mirrored commit public.t",
            "addBatch J insert",
            "executeBatch J insert",
            "mirrored commit public.t");
  }

  @Test
  void aBatchThatIsClearedOrWhoseStatementClosesLetsTheGapEnd() throws Exception {
    migration.active = false;
    try (Connection connection = migration.connect()) {
      try (Statement statement = connection.createStatement()) {
        statement.addBatch("insert");
        assertThat(migration.inPassThrough()).isTrue();
        statement.clearBatch();
        assertThat(migration.inPassThrough()).isFalse();
        statement.addBatch("insert");
      }
      assertThat(migration.inPassThrough()).isFalse();
    }
  }

  @Test
  void aBatchBegunMirroredStillJournalsAfterTheKillSwitch() throws Exception {
    try (Connection connection = migration.connect();
        PreparedStatement statement = connection.prepareStatement("insert")) {
      statement.addBatch();
      migration.active = false;
      statement.executeBatch();
    }
    assertThat(calls)
        .contains("executeBatch J insert")
        .noneMatch(call -> call.startsWith("committed"));
  }

  @Test
  void strictMakesABatchOneTransaction() throws Exception {
    migration.plan("insert", FailurePolicy.STRICT);
    try (Connection connection = migration.connect();
        PreparedStatement statement = connection.prepareStatement("insert")) {
      statement.addBatch();
      statement.executeLargeBatch();
    }
    assertThat(calls)
        .containsSubsequence(
            "autoCommit false",
            "executeLargeBatch J insert",
            "mirrored commit public.t",
            "commit",
            "autoCommit true");
  }

  @Test
  void whatCannotBeFollowedInsideABatchIsReported() throws Exception {
    migration.plans.put(
        "commit!", new CapturePlan.TransactionControl(CapturePlan.TransactionControl.Kind.COMMIT));
    migration.plans.put("call", new CapturePlan.Unmirrored("call", "…"));
    try (Connection connection = migration.connect();
        Statement statement = connection.createStatement()) {
      statement.addBatch("commit!");
      statement.addBatch("call");
      statement.executeBatch();
      assertThat(calls)
          .startsWith(
              "unmirrored batch",
              "addBatch commit!",
              "unmirrored call",
              "addBatch call",
              "executeBatch ");
      migration.refuseUnmirrored = true;
      assertThatThrownBy(() -> statement.addBatch("call")).hasMessage("refused");
    }
  }
}
