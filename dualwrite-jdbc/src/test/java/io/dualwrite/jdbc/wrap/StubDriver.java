package io.dualwrite.jdbc.wrap;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;

/**
 * A driver without a database: it notes the calls that a server would notice, and fails where a
 * test says so.
 */
@NullUnmarked // reflection: a call's result may always be null
final class StubDriver {
  /**
   * What happened, in order: {@code prepare …}, {@code set…}, {@code execute… text}, {@code
   * commit}.
   */
  final List<String> calls = new ArrayList<>();

  /** Failures by the text executed; used once. */
  final Map<String, SQLException> failures = new HashMap<>();

  /** Rows that generated keys consist of. */
  final Deque<Object[]> generatedKeys = new ArrayDeque<>();

  /** Run in the middle of each execution. */
  Runnable whileExecuting = () -> {};

  /** Run when a transaction is committed. */
  Runnable whileCommitting = () -> {};

  private boolean autoCommit = true;

  Connection connection() {
    return proxy(Connection.class, this::onConnection);
  }

  private Object onConnection(Object proxy, Method method, Object[] arguments) {
    switch (method.getName()) {
      case "getAutoCommit":
        return autoCommit;
      case "setAutoCommit":
        whileCommitting.run();
        autoCommit = (Boolean) arguments[0];
        calls.add("autoCommit " + autoCommit);
        return null;
      case "createStatement":
        return proxy(Statement.class, new StubStatement("", arguments));
      case "prepareStatement", "prepareCall":
        calls.add("prepare " + arguments[0] + text(arguments, 1));
        return proxy(method.getReturnType(), new StubStatement((String) arguments[0], arguments));
      case "commit":
        whileCommitting.run();
        calls.add("commit");
        return null;
      case "rollback", "close", "setSchema", "setSavepoint":
        calls.add(method.getName() + text(arguments, 0));
        return null;
      default:
        return nothing(method);
    }
  }

  private final class StubStatement implements InvocationHandler {
    private final String prepared;
    private final Map<String, Object> settings = new HashMap<>();
    private boolean closed;

    StubStatement(String prepared, Object[] ignored) {
      this.prepared = prepared;
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
      String name = method.getName();
      Class<?>[] types = method.getParameterTypes();
      if (name.startsWith("execute")) {
        return execute(method, arguments);
      }
      if (name.equals("addBatch") || name.equals("clearBatch")) {
        calls.add(name + (types.length == 0 ? " " + prepared : text(arguments, 0)));
        return null;
      }
      if (name.equals("close")) {
        closed = true;
        calls.add("close " + prepared);
        return null;
      }
      if (name.equals("isClosed")) {
        return closed;
      }
      if (name.equals("getGeneratedKeys")) {
        return rows();
      }
      if (name.equals("closeOnCompletion")) {
        settings.put("CloseOnCompletion", true);
        return null;
      }
      if (name.startsWith("set") && types.length == 1) {
        settings.put(name.substring(3), arguments[0]);
        calls.add(name + text(arguments, 0));
        return null;
      }
      if (name.startsWith("set")) {
        calls.add(name + text(arguments, 0));
        return null;
      }
      String property = name.replaceFirst("^(get|is)", "");
      return settings.containsKey(property) ? settings.get(property) : nothing(method);
    }

    private Object execute(Method method, Object[] arguments) throws SQLException {
      boolean inText = method.getParameterCount() > 0;
      String text = inText ? (String) arguments[0] : prepared;
      calls.add(method.getName() + " " + text + (inText ? text(arguments, 1) : ""));
      whileExecuting.run();
      SQLException failure = failures.remove(text);
      if (failure != null) {
        throw failure;
      }
      if (method.getReturnType() == int.class) {
        return 1;
      }
      return method.getReturnType() == ResultSet.class ? rows() : nothing(method);
    }
  }

  private ResultSet rows() {
    Object[][] current = {null};
    return proxy(
        ResultSet.class,
        (proxy, method, arguments) ->
            switch (method.getName()) {
              case "next" -> (current[0] = generatedKeys.poll()) != null;
              case "getString" -> current[0][0];
              case "getArray" -> current[0][1];
              case "getStatement" -> proxy(Statement.class, new StubStatement("", new Object[0]));
              case "getMetaData" -> proxy(ResultSetMetaData.class, (p, m, a) -> nothing(m));
              case "insertRow", "updateRow", "deleteRow" -> {
                calls.add(method.getName());
                yield null;
              }
              default -> nothing(method);
            });
  }

  private static String text(Object[] arguments, int from) {
    if (arguments == null) {
      return "";
    }
    return Arrays.stream(arguments)
        .skip(from)
        .map(StubDriver::text)
        .map(text -> " " + text)
        .collect(Collectors.joining());
  }

  private static String text(Object argument) {
    if (argument instanceof byte[] bytes) {
      return Arrays.toString(bytes);
    }
    return argument instanceof Object[] array
        ? Stream.of(array).map(String::valueOf).toList().toString()
        : String.valueOf(argument);
  }

  private static Object nothing(Method method) {
    Class<?> type = method.getReturnType();
    if (type == boolean.class) {
      return false;
    }
    if (type == int.class) {
      return 0;
    }
    return type == long.class ? (Object) 0L : null;
  }

  static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(
        Proxy.newProxyInstance(
            StubDriver.class.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "hashCode" -> System.identityHashCode(proxy);
                  case "equals" -> proxy == arguments[0];
                  case "toString" -> type.getSimpleName();
                  default -> handler.invoke(proxy, method, arguments);
                }));
  }
}
