package io.dualwrite.jdbc.wrap;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.sql.Array;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
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
            new Class<?>[] {DualResultSet.class, ResultSet.class})
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

  @TestFactory
  Stream<DynamicTest> everyForwardedCallReachesTheDelegateWithItsArguments() {
    return Arrays.stream(ResultSet.class.getMethods())
        .filter(method -> !Modifier.isStatic(method.getModifiers()))
        .filter(
            method ->
                !method.getName().matches("unwrap|isWrapperFor|insertRow|updateRow|deleteRow"))
        .map(method -> DynamicTest.dynamicTest(method.toString(), () -> assertForwards(method)));
  }

  private void assertForwards(Method method) throws Exception {
    List<Object> seen = new ArrayList<>();
    ResultSet delegate =
        StubDriver.proxy(
            ResultSet.class,
            (proxy, called, arguments) -> {
              seen.add(called);
              seen.addAll(arguments == null ? List.of() : Arrays.asList(arguments));
              return answer(called.getReturnType());
            });
    Object[] arguments =
        Arrays.stream(method.getParameterTypes()).map(LeadsBackTest::answer).toArray();
    DualConnection connection = (DualConnection) migration.connect();
    method.invoke(new DualResultSet(connection, delegate, null), arguments);
    List<Object> expected = new ArrayList<>(List.of(method));
    expected.addAll(Arrays.asList(arguments));
    assertThat(seen).isEqualTo(expected);
  }

  private static @Nullable Object answer(Class<?> type) {
    if (type == boolean.class) {
      return true;
    }
    if (type == byte.class) {
      return (byte) 3;
    }
    if (type == short.class) {
      return (short) 3;
    }
    if (type == int.class) {
      return 3;
    }
    if (type == long.class) {
      return 3L;
    }
    if (type == float.class) {
      return 3f;
    }
    if (type == double.class) {
      return 3d;
    }
    return type == String.class ? "three" : type == Class.class ? String.class : null;
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
