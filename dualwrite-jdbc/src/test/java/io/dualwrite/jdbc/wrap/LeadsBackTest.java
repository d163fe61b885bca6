package io.dualwrite.jdbc.wrap;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.DualWriteDataSource;
import io.dualwrite.jdbc.DualWriteDriver;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.sql.Array;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.Driver;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** No raw object leaks out, and no method is left to an interface's default, which throws. */
class LeadsBackTest {
  private final StubMirroring migration = new StubMirroring();

  @TestFactory
  Stream<DynamicTest> everyMethodIsOverridden() {
    return Stream.of(
            new Class<?>[] {DualArray.class, Array.class},
            new Class<?>[] {DualConnection.class, Connection.class},
            new Class<?>[] {DualStatement.class, Statement.class},
            new Class<?>[] {DualPreparedStatement.class, PreparedStatement.class},
            new Class<?>[] {DualCallableStatement.class, CallableStatement.class},
            new Class<?>[] {DualDatabaseMetaData.class, DatabaseMetaData.class},
            new Class<?>[] {DualResultSet.class, ResultSet.class},
            new Class<?>[] {DualWriteDataSource.class, DataSource.class},
            new Class<?>[] {DualWriteDriver.class, Driver.class})
        .map(
            pair ->
                DynamicTest.dynamicTest(
                    pair[0].getSimpleName(),
                    () -> assertThat(leftToDefaults(pair[0], pair[1])).isEmpty()));
  }

  private static List<Method> leftToDefaults(Class<?> wrapper, Class<?> type)
      throws NoSuchMethodException {
    List<Method> left = new ArrayList<>();
    for (Method method : type.getMethods()) {
      if (!Modifier.isStatic(method.getModifiers())
          && wrapper
              .getMethod(method.getName(), method.getParameterTypes())
              .getDeclaringClass()
              .isInterface()) {
        left.add(method);
      }
    }
    return left;
  }

  @Test
  void statementsAndResultSetsLeadToTheWrapper() throws Exception {
    try (Connection connection = migration.connect();
        Statement statement = connection.createStatement();
        PreparedStatement prepared = connection.prepareStatement("select")) {
      assertThat(statement.getConnection()).isSameAs(connection);
      assertThat(prepared.getConnection()).isSameAs(connection);
      assertThat(connection.prepareCall("call").getConnection()).isSameAs(connection);
      assertThat(statement.executeQuery("select").getStatement()).isSameAs(statement);
      assertThat(prepared.executeQuery().getStatement()).isSameAs(prepared);
      assertThat(statement.getGeneratedKeys().getStatement()).isSameAs(statement);
    }
  }

  @Test
  void theWrapperIsFoundFirstAndWhatIsInsideCountsAsABypass() throws Exception {
    Connection raw =
        StubDriver.proxy(
            Connection.class,
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "isWrapperFor" -> arguments[0] == StringBuilder.class;
                  case "unwrap" -> new StringBuilder("inside");
                  default -> method.getReturnType() == boolean.class ? true : null;
                });
    try (Connection connection = DualConnection.wrap(raw, migration, migration.names)) {
      assertThat(connection.isWrapperFor(Connection.class)).isTrue();
      assertThat(connection.unwrap(Connection.class)).isSameAs(connection);
      assertThat(migration.calls).isEmpty();
      assertThat(connection.isWrapperFor(StringBuilder.class)).isTrue();
      assertThat(connection.isWrapperFor(Runnable.class)).isFalse();
      assertThat(connection.unwrap(StringBuilder.class)).hasToString("inside");
      assertThat(migration.calls).containsExactly("bypass unwrap:StringBuilder");
    }
  }

  @Test
  void rowsChangedThroughAResultSetAreReported() throws Exception {
    try (Connection connection = migration.connect();
        Statement statement =
            connection.createStatement(ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_UPDATABLE)) {
      ResultSet rows = statement.executeQuery("select");
      migration.calls.clear();
      rows.updateRow();
      migration.active = false;
      rows.deleteRow();
      assertThat(migration.calls)
          .containsExactly("unmirrored updatable-result-set", "updateRow", "deleteRow");
    }
  }
}
