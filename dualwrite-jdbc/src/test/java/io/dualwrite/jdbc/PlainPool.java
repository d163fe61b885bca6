package io.dualwrite.jdbc;

import io.dualwrite.jdbc.runtime.ForwardingDataSource;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.sql.DataSource;

/**
 * A pool that sets up a connection once, with auto-commit off and a network timeout, and hands it
 * out again as it came back.
 */
final class PlainPool extends ForwardingDataSource implements AutoCloseable {
  static final int TIMEOUT_MILLIS = 123_000;

  private final Queue<Connection> idle = new ConcurrentLinkedQueue<>();

  PlainPool(DataSource inner) {
    super(inner);
  }

  /** How the connections that nobody has now are set. */
  List<String> settings() throws SQLException {
    List<String> settings = new ArrayList<>();
    for (Connection connection : idle) {
      settings.add(
          "auto-commit "
              + connection.getAutoCommit()
              + ", network timeout "
              + connection.getNetworkTimeout());
    }
    return settings;
  }

  @Override
  public Connection getConnection() throws SQLException {
    Connection pooled = idle.poll();
    if (pooled == null) {
      pooled = dataSource.getConnection();
      pooled.setAutoCommit(false);
      pooled.setNetworkTimeout(Runnable::run, TIMEOUT_MILLIS);
    }
    return handle(pooled);
  }

  private Connection handle(Connection pooled) {
    return (Connection)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("close")) {
                if (!pooled.getAutoCommit()) {
                  pooled.rollback();
                }
                idle.add(pooled);
                return null;
              }
              try {
                return method.invoke(pooled, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Override
  public void close() throws SQLException {
    for (Connection connection : idle) {
      connection.close();
    }
  }
}
