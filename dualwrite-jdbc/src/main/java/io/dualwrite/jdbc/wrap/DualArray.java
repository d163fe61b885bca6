package io.dualwrite.jdbc.wrap;

import java.sql.Array;
import java.sql.ResultSet;
import org.jspecify.annotations.Nullable;

/** An array whose result sets lead back to the wrapped connection. */
final class DualArray extends ForwardingArray {
  private final DualConnection connection;

  DualArray(DualConnection connection, Array delegate) {
    super(delegate);
    this.connection = connection;
  }

  @Override
  @Nullable ResultSet wrapped(@Nullable ResultSet result) {
    return connection.resultSet(result, null);
  }

  @Override
  public String toString() {
    return delegate.toString();
  }
}
