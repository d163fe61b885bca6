package io.dualwrite.benchmarks.wrapper;

import static net.bytebuddy.matcher.ElementMatchers.isAbstract;

import java.util.logging.Logger;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.dynamic.loading.ClassLoadingStrategy;
import net.bytebuddy.implementation.ExceptionMethod;

/**
 * A driver that does nothing, so that what is measured over it is the wrapper alone. It hands out
 * the same objects again and again and so allocates nothing either.
 */
final class StubDriver {
  private StubDriver() {}

  /** A new connection whose queries find one row. */
  static StubConnection connect() {
    return connect(1);
  }

  /** A new connection whose queries find this many rows. */
  static StubConnection connect(int rowsOfEachQuery) {
    StubResultSet rows = complete(StubResultSet.class);
    rows.connect(rowsOfEachQuery);
    StubPreparedStatement statement = complete(StubPreparedStatement.class);
    StubConnection connection = complete(StubConnection.class);
    statement.connect(connection, rows);
    connection.connect(statement);
    return connection;
  }

  /** An instance with the methods that no benchmark calls; they throw. */
  static <T> T complete(Class<T> stub) {
    try {
      return completed(stub).getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("cannot complete " + stub, e);
    }
  }

  /** Adds the methods that no benchmark calls. */
  static <T> Class<? extends T> completed(Class<T> stub) {
    return new ByteBuddy()
        .subclass(stub)
        .method(isAbstract())
        .intercept(ExceptionMethod.throwing(UnsupportedOperationException.class))
        .make()
        .load(stub.getClassLoader(), ClassLoadingStrategy.Default.WRAPPER)
        .getLoaded();
  }

  static Logger logger() {
    return Logger.getLogger("stub");
  }
}
