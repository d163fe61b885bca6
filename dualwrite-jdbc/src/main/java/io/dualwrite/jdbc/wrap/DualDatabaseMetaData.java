package io.dualwrite.jdbc.wrap;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import org.jspecify.annotations.Nullable;

/** Metadata that leads back to the wrapped connection. */
final class DualDatabaseMetaData extends ForwardingDatabaseMetaData {
  private final DualConnection connection;

  DualDatabaseMetaData(DualConnection connection, DatabaseMetaData delegate) {
    super(delegate);
    this.connection = connection;
  }

  @Override
  void unwrapping(Class<?> type) {
    connection.unwrapping(type);
  }

  @Override
  Connection wrapped(Connection raw) {
    return connection;
  }

  @Override
  @Nullable ResultSet wrapped(@Nullable ResultSet result) {
    return connection.resultSet(result, null);
  }
}
