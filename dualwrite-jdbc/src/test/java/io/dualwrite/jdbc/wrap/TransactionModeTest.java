package io.dualwrite.jdbc.wrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.FailurePolicy;
import io.dualwrite.jdbc.capture.CapturePlan;
import io.dualwrite.jdbc.capture.CapturePlan.TransactionControl;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When a statement is mirrored, and what the migration is told about the transaction's end. */
class TransactionModeTest {
  private final StubMirroring migration = new StubMirroring();
  private final List<String> calls = migration.calls;

  @BeforeEach
  void insertsAreCaptured() {
    migration.plan("insert", FailurePolicy.RECOVER);
  }

  @Test
  void underAutoCommitEachStatementDecides() throws Exception {
    try (Connection connection = migration.connect();
        Statement statement = connection.createStatement()) {
      statement.executeUpdate("insert");
      migration.active = false;
      statement.executeUpdate("insert");
      migration.active = true;
      statement.executeUpdate("insert");
    }
    assertThat(calls)
        .startsWith(
            "executeUpdate J insert",
            "committed public.t",
            "executeUpdate insert",
            "executeUpdate J insert",
            "committed public.t");
  }

  @Test
  void theFirstStatementOfATransactionDecidesForAllOfIt() throws Exception {
    try (Connection connection = migration.connect();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      calls.clear();
      statement.executeUpdate("insert");
      migration.active = false;
      statement.executeUpdate("insert");
      connection.commit();
      statement.executeUpdate("insert");
      migration.active = true;
      statement.executeUpdate("insert");
      connection.commit();
      statement.executeUpdate("insert");
      connection.rollback();
    }
    assertThat(calls)
        .startsWith(
            "executeUpdate J insert",
            "executeUpdate J insert",
            "mirrored commit public.t",
            "commit",
            "executeUpdate insert",
            "executeUpdate insert",
            "commit",
            "executeUpdate J insert",
            "rollback");
  }

  @Test
  void aTransactionThatTouchedNothingMirroredCommitsByItself() throws Exception {
    try (Connection connection = migration.connect();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.executeQuery("select");
      connection.commit();
    }
    assertThat(calls).contains("commit").noneMatch(call -> call.startsWith("mirrored commit"));
  }

  @Test
  void passThroughShowsUntilTheTransactionEnds() throws Exception {
    migration.active = false;
    List<Boolean> seen = new ArrayList<>();
    migration.driver.whileExecuting = () -> seen.add(migration.inPassThrough());
    try (Connection connection = migration.connect();
        Statement statement = connection.createStatement()) {
      statement.executeUpdate("insert");
      seen.add(migration.inPassThrough());
      connection.setAutoCommit(false);
      statement.executeUpdate("insert");
      seen.add(migration.inPassThrough());
      connection.commit();
      seen.add(migration.inPassThrough());
      statement.executeUpdate("insert");
      connection.rollback();
      seen.add(migration.inPassThrough());
    }
    assertThat(seen).containsExactly(true, false, true, true, false, true, false);
  }

  @Test
  void mirroringThatComesBackBetweenTheTwoLooksIsFollowed() throws Exception {
    migration.nextActive.add(false);
    List<Boolean> seen = new ArrayList<>();
    migration.driver.whileExecuting = () -> seen.add(migration.inPassThrough());
    try (Connection connection = migration.connect();
        Statement statement = connection.createStatement()) {
      statement.executeUpdate("insert");
    }
    assertThat(calls).startsWith("executeUpdate J insert");
    assertThat(seen).containsExactly(false);
  }

  @Test
  void turningAutoCommitOnCommits() throws Exception {
    try (Connection connection = migration.connect();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.executeUpdate("insert");
      connection.setAutoCommit(true);
    }
    assertThat(calls)
        .containsSubsequence(
            "executeUpdate J insert", "mirrored commit public.t", "commit", "autoCommit true");
  }

  @Test
  void transactionControlInSqlIsFollowed() throws Exception {
    migration.plans.put("begin", new TransactionControl(TransactionControl.Kind.BEGIN));
    migration.plans.put("commit!", new TransactionControl(TransactionControl.Kind.COMMIT));
    migration.plans.put("rollback!", new TransactionControl(TransactionControl.Kind.ROLLBACK));
    try (Connection connection = migration.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("begin");
      statement.executeUpdate("insert");
      migration.active = false;
      statement.executeUpdate("insert");
      statement.execute("commit!");
      statement.executeUpdate("insert");
      migration.active = true;
      statement.execute("begin");
      statement.executeUpdate("insert");
      statement.execute("rollback!");
    }
    assertThat(calls)
        .startsWith(
            "execute begin",
            "executeUpdate J insert",
            "executeUpdate J insert",
            "mirrored commit public.t",
            "execute commit!",
            "executeUpdate insert",
            "execute begin",
            "executeUpdate J insert",
            "execute rollback!")
        .doesNotContain("commit");
  }

  @Test
  void strictOpensATransactionOfItsOwnUnderAutoCommit() throws Exception {
    migration.plan("insert", FailurePolicy.STRICT);
    try (Connection connection = migration.connect();
        Statement statement = connection.createStatement()) {
      statement.executeUpdate("insert");
      migration.commitFailure = new SQLException("the target did not take it");
      assertThatThrownBy(() -> statement.executeUpdate("insert")).isSameAs(migration.commitFailure);
    }
    assertThat(calls)
        .startsWith(
            "autoCommit false",
            "executeUpdate J insert",
            "mirrored commit public.t",
            "commit",
            "autoCommit true",
            "autoCommit false",
            "executeUpdate J insert",
            "mirrored commit public.t",
            "rollback",
            "rollback",
            "autoCommit true")
        .noneMatch(call -> call.startsWith("committed"));
  }

  @Test
  void whatMustRunBeforeRunsInTheSameTransaction() throws Exception {
    migration.plans.put(
        "truncate",
        new CapturePlan.Captured(
            "journal it",
            "truncate",
            null,
            List.of(StubMirroring.table(FailurePolicy.RECOVER)),
            null,
            CapturePlan.Captured.Operation.TRUNCATE));
    try (Connection connection = migration.connect();
        Statement statement = connection.createStatement()) {
      statement.executeUpdate("truncate");
      connection.setAutoCommit(false);
      statement.executeUpdate("truncate");
      connection.commit();
    }
    assertThat(calls.stream().filter(call -> !call.startsWith("close")))
        .startsWith(
            "autoCommit false",
            "execute journal it",
            "executeUpdate truncate",
            "mirrored commit public.t",
            "commit",
            "autoCommit true",
            "autoCommit false",
            "execute journal it",
            "executeUpdate truncate",
            "mirrored commit public.t",
            "commit");
  }

  @Test
  void aStatementThatFailsTouchedNothingUnderAutoCommit() throws Exception {
    SQLException failure = new SQLException("duplicate", "23505");
    migration.driver.failures.put("J insert", failure);
    try (Connection connection = migration.connect();
        Statement statement = connection.createStatement()) {
      assertThatThrownBy(() -> statement.executeUpdate("insert")).isSameAs(failure);
    }
    assertThat(calls).noneMatch(call -> call.startsWith("committed"));
  }

  @Test
  void whatCannotBeMirroredIsReportedBeforeItRunsAndMayBeRefused() throws Exception {
    migration.plans.put("call", new CapturePlan.Unmirrored("call", "…"));
    migration.names.searchPath("public");
    try (Connection connection = migration.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("call");
      assertThat(calls).containsExactly("unmirrored call", "execute call");
      assertThat(migration.names.searchPath()).isNull();
      calls.clear();
      migration.refuseUnmirrored = true;
      assertThatThrownBy(() -> statement.execute("call")).hasMessage("refused");
      assertThat(calls).containsExactly("unmirrored call");
    }
  }

  @Test
  void namesAreLookedUpAgainAfterAChangeAndAfterTheTransactionThatChangedThem() throws Exception {
    migration.plans.put("set path", new CapturePlan.SessionChange());
    try (Connection connection = migration.connect();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      migration.names.searchPath("public");
      statement.execute("set path");
      assertThat(migration.names.searchPath()).isNull();
      migration.names.searchPath("other");
      connection.rollback();
      assertThat(migration.names.searchPath()).isNull();
      migration.names.searchPath("public");
      connection.setSchema("other");
      assertThat(migration.names.searchPath()).isNull();
      migration.names.searchPath("other");
    }
    assertThat(migration.names.searchPath()).isNull();
  }

  @Test
  void aChangeOfTheSchemaIsToldWhenMadeAndWhenCommitted() throws Exception {
    migration.plans.put("create", new CapturePlan.SchemaChange(true, false, false));
    migration.plans.put("drop", new CapturePlan.SchemaChange(false, true, false));
    migration.plans.put("temporary", new CapturePlan.SchemaChange(true, false, true));
    try (Connection connection = migration.connect();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      calls.clear();
      statement.execute("create");
      connection.commit();
      assertThat(calls)
          .containsExactly("execute create", "schema changed", "commit", "schema changed");
      assertThat(migration.names.temporaryTables()).isTrue();
      calls.clear();
      statement.execute("drop");
      assertThat(calls).containsExactly("unmirrored ddl", "execute drop", "schema changed");
      connection.rollback();
      calls.clear();
      migration.names.searchPath("public");
      statement.execute("temporary");
      assertThat(migration.names.searchPath()).isNull();
      connection.commit();
      assertThat(calls).containsExactly("execute temporary", "commit");
    }
  }

  @Test
  void aClosedConnectionIsForgottenOnce() throws Exception {
    Connection connection = migration.connect();
    assertThat(migration.open).hasSize(1);
    migration.active = false;
    connection.setAutoCommit(false);
    connection.createStatement().executeUpdate("insert");
    Mirroring.OpenConnection open = migration.open.get(0);
    connection.close();
    connection.close();
    assertThat(migration.open).isEmpty();
    assertThat(open.inPassThrough()).isFalse();
  }
}
