package io.dualwrite.jdbc.wrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.FailurePolicy;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.math.BigDecimal;
import java.sql.Array;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.SQLTransactionRollbackException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.sql.Types;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.util.PGobject;

/** In which form a statement is prepared, and that what was set on it moves along. */
class PreparedFormsTest {
  private final StubMirroring migration = new StubMirroring();
  private final List<String> calls = migration.calls;

  @BeforeEach
  void insertsAreCaptured() {
    migration.plan("insert", FailurePolicy.RECOVER);
  }

  @Test
  void aKnownStatementIsPreparedOnceInTheFormThatRuns() throws Exception {
    try (Connection connection = migration.connect();
        PreparedStatement statement = connection.prepareStatement("insert")) {
      statement.setInt(1, 5);
      statement.executeUpdate();
    }
    assertThat(calls)
        .startsWith(
            "prepare J insert",
            "setInt 1 5",
            "executeUpdate J insert",
            "committed public.t",
            "close J insert");
  }

  @Test
  void aStatementMetForTheFirstTimeIsPreparedAgainWhenItRuns() throws Exception {
    migration.plansKnown = false;
    try (Connection connection = migration.connect();
        PreparedStatement statement =
            connection.prepareStatement("insert", Statement.RETURN_GENERATED_KEYS)) {
      statement.setInt(1, 5);
      statement.executeUpdate();
    }
    assertThat(calls)
        .startsWith(
            "prepare insert 1",
            "setInt 1 5",
            "prepare J insert 1",
            "setInt 1 5",
            "close insert",
            "executeUpdate J insert");
  }

  @Test
  void parametersAreSetAgainAsTheyWereGivenWhenMirroringIsSwitched() throws Exception {
    migration.active = false;
    PGobject json = new PGobject();
    json.setType("jsonb");
    json.setValue("{}");
    byte[] bytes = {1, 2};
    Timestamp time = new Timestamp(0);
    try (Connection connection = migration.connect();
        PreparedStatement statement = connection.prepareStatement("insert")) {
      statement.setInt(1, 1);
      statement.setInt(1, -5);
      statement.setLong(2, Long.MIN_VALUE);
      statement.setDouble(3, -0.0);
      statement.setFloat(4, Float.MIN_VALUE);
      statement.setBoolean(5, true);
      statement.setNull(6, Types.OTHER, "jsonb");
      statement.setObject(7, "x", Types.VARCHAR);
      statement.setObject(8, BigDecimal.TEN, Types.NUMERIC, 2);
      statement.setBytes(9, bytes);
      statement.setTimestamp(10, time);
      statement.setObject(11, json);
      statement.setString(12, null);
      statement.setDate(20, new Date(0), null);
      List<String> given = List.copyOf(calls.subList(2, calls.size()));
      // Applications use the same objects again.
      bytes[0] = 9;
      time.setTime(1_000_000);
      json.setValue("[]");
      calls.clear();
      migration.active = true;
      statement.executeUpdate();
      assertThat(calls.get(0)).isEqualTo("prepare J insert");
      assertThat(calls.subList(1, 1 + given.size())).isEqualTo(given);
      assertThat(calls)
          .containsSubsequence("close insert", "executeUpdate J insert", "committed public.t");
      calls.clear();
      migration.active = false;
      statement.executeUpdate();
      assertThat(calls.subList(1, 1 + given.size())).isEqualTo(given);
      assertThat(calls).contains("executeUpdate insert");
    }
  }

  @Test
  void settingsMoveAlong() throws Exception {
    try (Connection connection = migration.connect();
        PreparedStatement statement = connection.prepareStatement("insert")) {
      statement.setQueryTimeout(3);
      statement.setFetchSize(100);
      statement.setMaxRows(7);
      statement.setPoolable(true);
      statement.closeOnCompletion();
      migration.active = false;
      statement.executeUpdate();
      assertThat(statement.getQueryTimeout()).isEqualTo(3);
      assertThat(statement.getFetchSize()).isEqualTo(100);
      assertThat(statement.getMaxRows()).isEqualTo(7);
      assertThat(statement.isPoolable()).isTrue();
      assertThat(statement.isCloseOnCompletion()).isTrue();
    }
  }

  @Test
  void aStreamMeetsTheFormThatRuns() throws Exception {
    migration.plansKnown = false;
    InputStream stream = new ByteArrayInputStream(new byte[] {1});
    try (Connection connection = migration.connect();
        PreparedStatement statement = connection.prepareStatement("insert")) {
      statement.setInt(1, 5);
      statement.setBinaryStream(2, stream, 1);
      statement.executeUpdate();
    }
    assertThat(calls)
        .startsWith(
            "prepare insert",
            "setInt 1 5",
            "prepare J insert",
            "setInt 1 5",
            "close insert",
            "setBinaryStream 2 " + stream + " 1",
            "executeUpdate J insert");
  }

  @Test
  void aStreamThatCannotBeReadAgainMakesTheApplicationTryAgain() throws Exception {
    try (Connection connection = migration.connect();
        PreparedStatement statement = connection.prepareStatement("insert")) {
      statement.setBinaryStream(1, InputStream.nullInputStream());
      migration.active = false;
      assertThatThrownBy(statement::executeUpdate)
          .isInstanceOf(SQLTransactionRollbackException.class)
          .hasFieldOrPropertyWithValue("SQLState", "40001");
      assertThat(calls).noneMatch(call -> call.startsWith("execute"));
      statement.setBinaryStream(1, InputStream.nullInputStream());
      statement.executeUpdate();
    }
    assertThat(calls).contains("executeUpdate insert");
  }

  @Test
  void aReadIsNotRecordedButRunsAgainAfterItsPlanChanged() throws Exception {
    migration.active = false;
    try (Connection connection = migration.connect();
        PreparedStatement statement = connection.prepareStatement(" SELECT 1")) {
      statement.setInt(1, 5);
      migration.active = true;
      statement.executeQuery().close();
      migration.plan(" SELECT 1", FailurePolicy.RECOVER);
      assertThatThrownBy(statement::executeQuery).hasFieldOrPropertyWithValue("SQLState", "40001");
      statement.setInt(1, 5);
      statement.executeQuery().close();
    }
    assertThat(calls)
        .containsSubsequence("executeQuery  SELECT 1", "setInt 1 5", "executeQuery J  SELECT 1");
  }

  @Test
  void clearedParametersAreNotSetAgain() throws Exception {
    try (Connection connection = migration.connect();
        PreparedStatement statement = connection.prepareStatement("insert")) {
      statement.setInt(1, 5);
      statement.clearParameters();
      calls.clear();
      migration.active = false;
      statement.executeUpdate();
    }
    assertThat(calls).startsWith("prepare insert", "close J insert", "executeUpdate insert");
  }

  @Test
  void bestEffortTakesTheKeysAndHidesThem() throws Exception {
    migration.plan("insert", FailurePolicy.BEST_EFFORT);
    keys("7", "8");
    try (Connection connection = migration.connect();
        PreparedStatement statement = connection.prepareStatement("insert")) {
      assertThat(statement.executeUpdate()).isEqualTo(1);
      keys("9");
      assertThat(statement.getGeneratedKeys().getStatement()).isSameAs(statement);
    }
    assertThat(calls)
        .startsWith("prepare K insert 1", "executeUpdate K insert", "committed public.t[7][8]");
  }

  @Test
  void bestEffortTakesTheKeysOfAStatementAndOfABatch() throws Exception {
    migration.plan("insert", FailurePolicy.BEST_EFFORT);
    try (Connection connection = migration.connect();
        Statement statement = connection.createStatement();
        PreparedStatement prepared = connection.prepareStatement("insert")) {
      connection.setAutoCommit(false);
      calls.clear();
      keys("1");
      statement.executeUpdate("insert");
      keys("2", "3");
      prepared.addBatch();
      prepared.addBatch();
      prepared.executeBatch();
      connection.commit();
    }
    assertThat(calls)
        .startsWith(
            "executeUpdate insert 1".replace("insert", "K insert"),
            "addBatch K insert",
            "addBatch K insert",
            "executeBatch K insert",
            "mirrored commit public.t[1][2][3]");
  }

  @Test
  void bestEffortJournalsWhereTheApplicationAsksForKeysItself() throws Exception {
    migration.plan("insert", FailurePolicy.BEST_EFFORT);
    try (Connection connection = migration.connect();
        PreparedStatement statement = connection.prepareStatement("insert", new String[] {"id"})) {
      statement.executeUpdate();
    }
    assertThat(calls)
        .startsWith("prepare J insert [id]", "executeUpdate J insert", "committed public.t");
  }

  private void keys(String... keys) {
    for (String key : keys) {
      Array array = StubDriver.proxy(Array.class, (proxy, method, arguments) -> new String[] {key});
      migration.driver.generatedKeys.add(new Object[] {"public.t", array});
    }
  }
}
