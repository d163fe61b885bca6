package io.dualwrite.benchmarks.wrapper;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Forwards each call. */
public abstract class DelegateStatement implements PreparedStatement {
  /** A constant, so that it costs what {@code new} costs. */
  private static final MethodHandle NEW = constructor();

  private final Connection connection;
  private final PreparedStatement delegate;

  /** Around the driver's. */
  protected DelegateStatement(Connection connection, PreparedStatement delegate) {
    this.connection = connection;
    this.delegate = delegate;
  }

  private static MethodHandle constructor() {
    try {
      Class<?> complete = StubDriver.completed(DelegateStatement.class);
      return MethodHandles.privateLookupIn(complete, MethodHandles.lookup())
          .findConstructor(
              complete,
              MethodType.methodType(void.class, Connection.class, PreparedStatement.class))
          .asType(
              MethodType.methodType(
                  PreparedStatement.class, Connection.class, PreparedStatement.class));
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  static PreparedStatement around(Connection connection, PreparedStatement delegate) {
    try {
      return (PreparedStatement) NEW.invokeExact(connection, delegate);
    } catch (Throwable e) {
      throw new LinkageError("cannot wrap a statement", e);
    }
  }

  @Override
  public Connection getConnection() {
    return connection;
  }

  @Override
  public void setLong(int parameter, long value) throws SQLException {
    delegate.setLong(parameter, value);
  }

  @Override
  public void setString(int parameter, String value) throws SQLException {
    delegate.setString(parameter, value);
  }

  @Override
  public int executeUpdate() throws SQLException {
    return delegate.executeUpdate();
  }

  @Override
  public ResultSet executeQuery() throws SQLException {
    return delegate.executeQuery();
  }

  @Override
  public void close() throws SQLException {
    delegate.close();
  }
}
