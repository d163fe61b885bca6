package io.dualwrite.testing;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Proxies of the driver's objects that report what is opened through them. Result sets are the
 * driver's own: they need no proxy to be asked whether they are closed.
 *
 * @param delegate the driver's object
 * @param connection the proxy of the connection that it belongs to, null for what has none
 * @param leaks where to report
 */
record WatchedDriver(Object delegate, @Nullable Connection connection, LeakCheck leaks)
    implements InvocationHandler {

  static DataSource dataSource(DataSource dataSource, LeakCheck leaks) {
    return proxy(DataSource.class, new WatchedDriver(dataSource, null, leaks));
  }

  @Override
  public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] args)
      throws Throwable {
    return switch (method.getName()) {
      case "equals" -> args != null && proxy == args[0];
      case "hashCode" -> System.identityHashCode(proxy);
      case "getConnection" ->
          connection == null ? watched(proxy, forward(method, args)) : connection;
      case "unwrap" ->
          args != null && args[0] instanceof Class<?> type && type.isInstance(proxy)
              ? proxy
              : forward(method, args);
      default -> watched(proxy, forward(method, args));
    };
  }

  private @Nullable Object forward(Method method, @Nullable Object @Nullable [] args)
      throws Throwable {
    try {
      return method.invoke(delegate, args);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }

  private @Nullable Object watched(Object proxy, @Nullable Object result) {
    if (result instanceof Connection opened) {
      leaks.opened("connection", opened);
      return proxy(Connection.class, new WatchedDriver(opened, null, leaks));
    }
    if (result instanceof Statement opened) {
      leaks.opened("statement", opened);
      return proxy(statementType(opened), new WatchedDriver(opened, owner(proxy), leaks));
    }
    if (result instanceof ResultSet opened) {
      leaks.opened("result set", opened);
      return opened;
    }
    if (result instanceof DatabaseMetaData metadata) {
      return proxy(DatabaseMetaData.class, new WatchedDriver(metadata, owner(proxy), leaks));
    }
    return result;
  }

  private @Nullable Connection owner(Object proxy) {
    return proxy instanceof Connection self ? self : connection;
  }

  private static Class<? extends Statement> statementType(Statement statement) {
    if (statement instanceof CallableStatement) {
      return CallableStatement.class;
    }
    return statement instanceof PreparedStatement ? PreparedStatement.class : Statement.class;
  }

  private static <T> T proxy(Class<T> type, WatchedDriver handler) {
    ClassLoader loader = WatchedDriver.class.getClassLoader();
    return type.cast(Proxy.newProxyInstance(loader, new Class<?>[] {type}, handler));
  }
}
