package io.dualwrite.jdbc.wrap;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.testing.Guarantee;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.sql.Array;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.sql.Wrapper;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every call of JDBC reaches the wrapped object with its arguments and comes back with its answer;
 * what leads on to other objects leads to wrapped ones.
 */
@Guarantee("G7")
@NullUnmarked // reflection: arguments and results may always be null
class EveryCallTest {
  /**
   * Objects through which an application could get at the bare connection; an array's elements are
   * values.
   */
  private static final Set<Class<?>> LEADING_ON =
      Set.of(
          Array.class,
          CallableStatement.class,
          Connection.class,
          DatabaseMetaData.class,
          Object.class,
          PreparedStatement.class,
          ResultSet.class,
          Statement.class);

  private final StubMirroring migration = new StubMirroring();

  @TestFactory
  Stream<DynamicTest> ofConnections() {
    return calls(Connection.class, raw -> connection(raw));
  }

  @TestFactory
  Stream<DynamicTest> ofStatements() {
    return calls(Statement.class, raw -> new DualStatement(stub(), raw));
  }

  @TestFactory
  Stream<DynamicTest> ofPreparedStatements() {
    return calls(
        PreparedStatement.class,
        raw -> DualPreparedStatement.prepare(stub(), "s", (connection, sql) -> raw, null));
  }

  @TestFactory
  Stream<DynamicTest> ofCallableStatements() {
    return calls(CallableStatement.class, raw -> new DualCallableStatement(stub(), raw, "s"));
  }

  @TestFactory
  Stream<DynamicTest> ofMetadata() {
    return calls(DatabaseMetaData.class, raw -> new DualDatabaseMetaData(stub(), raw));
  }

  @TestFactory
  Stream<DynamicTest> ofResultSets() {
    return calls(ResultSet.class, raw -> new DualResultSet(stub(), raw, null));
  }

  @TestFactory
  Stream<DynamicTest> ofArrays() {
    return calls(Array.class, raw -> new DualArray(stub(), raw));
  }

  /** Wraps an object. */
  @FunctionalInterface
  private interface Wrapping<T> {
    T around(T raw) throws Exception;
  }

  private Connection connection(Connection raw) throws Exception {
    return DualConnection.wrap(raw, migration, new SessionNames());
  }

  private DualConnection stub() throws Exception {
    return (DualConnection) migration.connect();
  }

  private static <T> Stream<DynamicTest> calls(Class<T> type, Wrapping<T> wrapping) {
    return Arrays.stream(type.getMethods())
        .filter(method -> !Modifier.isStatic(method.getModifiers()))
        .filter(method -> method.getDeclaringClass() != Wrapper.class)
        .map(
            method ->
                DynamicTest.dynamicTest(
                    method.toString(), () -> assertForwarded(type, wrapping, method)));
  }

  private static <T> void assertForwarded(Class<T> type, Wrapping<T> wrapping, Method method)
      throws Exception {
    List<String> seen = new ArrayList<>();
    Object answer = answer(method.getReturnType());
    InvocationHandler handler =
        (proxy, called, arguments) -> {
          seen.add(call(called, arguments));
          if (called.getName().equals("isWrapperFor")) {
            return false;
          }
          return called.equals(method) ? answer : answer(called.getReturnType());
        };
    T wrapped = wrapping.around(StubDriver.proxy(type, handler));
    Object[] arguments =
        Arrays.stream(method.getParameterTypes()).map(EveryCallTest::argument).toArray();
    seen.clear();

    Object result = method.invoke(wrapped, arguments);

    assertThat(seen).as("what reached the wrapped object").contains(call(method, arguments));
    if (LEADING_ON.contains(method.getReturnType()) && !method.getName().equals("getArray")
        || method.getReturnType() == Array.class) {
      assertThat(result.getClass().getPackage()).isEqualTo(DualConnection.class.getPackage());
    } else {
      assertThat(result).isEqualTo(answer);
    }
  }

  private static String call(Method method, Object[] arguments) {
    return method.getName()
        + Arrays.toString(method.getParameterTypes())
        + Arrays.deepToString(arguments == null ? new Object[0] : arguments);
  }

  private static Object argument(Class<?> type) {
    return type == Object.class || type.isInterface() ? null : answer(type);
  }

  private static Object answer(Class<?> type) {
    if (type == boolean.class) {
      return true;
    }
    if (type == byte.class) {
      return (byte) 1;
    }
    if (type == short.class) {
      return (short) 1;
    }
    if (type == int.class) {
      return 1;
    }
    if (type == long.class) {
      return 1L;
    }
    if (type == float.class) {
      return 1f;
    }
    if (type == double.class) {
      return 1d;
    }
    if (type == String.class) {
      return "one";
    }
    if (type == Class.class) {
      return Object.class;
    }
    if (type == int[].class) {
      return new int[] {1};
    }
    if (type == String[].class) {
      return new String[] {"one"};
    }
    Class<?> shown = type == Object.class ? Array.class : type;
    return shown.isInterface() ? StubDriver.proxy(shown, EveryCallTest::nothing) : null;
  }

  private static Object nothing(Object proxy, Method method, Object[] arguments) {
    return method.getReturnType() == boolean.class ? false : null;
  }
}
