package io.dualwrite.benchmarks.wrapper;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import org.jspecify.annotations.Nullable;

/** The wrapper that takes ten lines to write: a dynamic proxy around every object. */
record ReflectionProxy(Object delegate) implements InvocationHandler {
  static Connection around(Connection connection) {
    return (Connection) proxy(Connection.class, connection);
  }

  private static Object proxy(Class<?> type, Object delegate) {
    return Proxy.newProxyInstance(
        ReflectionProxy.class.getClassLoader(),
        new Class<?>[] {type},
        new ReflectionProxy(delegate));
  }

  @Override
  public @Nullable Object invoke(
      Object proxy, Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
    try {
      Object result = method.invoke(delegate, arguments);
      if (result instanceof PreparedStatement) {
        return proxy(PreparedStatement.class, result);
      }
      return result instanceof ResultSet ? proxy(ResultSet.class, result) : result;
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
