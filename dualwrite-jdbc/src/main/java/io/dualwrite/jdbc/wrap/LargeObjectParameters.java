package io.dualwrite.jdbc.wrap;

import java.io.InputStream;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import org.jspecify.annotations.Nullable;

/** A prepared statement that tells when the driver makes a large object of a parameter. */
abstract class LargeObjectParameters extends ForwardingPreparedStatement {
  final DualConnection connection;

  LargeObjectParameters(DualConnection connection, PreparedStatement delegate) {
    super(delegate);
    this.connection = connection;
  }

  @Override
  public void setBlob(int parameter, @Nullable Blob value) throws SQLException {
    LargeObjects.made(connection, value);
    super.setBlob(parameter, value);
  }

  @Override
  public void setBlob(int parameter, @Nullable InputStream value) throws SQLException {
    LargeObjects.made(connection, value);
    super.setBlob(parameter, value);
  }

  @Override
  public void setBlob(int parameter, @Nullable InputStream value, long length) throws SQLException {
    LargeObjects.made(connection, value);
    super.setBlob(parameter, value, length);
  }

  @Override
  public void setClob(int parameter, @Nullable Clob value) throws SQLException {
    LargeObjects.made(connection, value);
    super.setClob(parameter, value);
  }

  @Override
  public void setObject(int parameter, @Nullable Object value) throws SQLException {
    LargeObjects.madeOf(connection, value, Types.OTHER);
    super.setObject(parameter, value);
  }

  @Override
  public void setObject(int parameter, @Nullable Object value, int type) throws SQLException {
    LargeObjects.madeOf(connection, value, type);
    super.setObject(parameter, value, type);
  }

  @Override
  public void setObject(int parameter, @Nullable Object value, int type, int scale)
      throws SQLException {
    LargeObjects.madeOf(connection, value, type);
    super.setObject(parameter, value, type, scale);
  }
}
