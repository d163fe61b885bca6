package io.dualwrite.jdbc.wrap;

import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Map;

/**
 * An array as a parameter, without the connection that made it: type and text are all that
 * PostgreSQL's driver asks of one.
 */
final class DetachedArray implements Array {
  private final String baseTypeName;
  private final int baseType;
  private final String text;

  DetachedArray(Array array) throws SQLException {
    this.baseTypeName = array.getBaseTypeName();
    this.baseType = array.getBaseType();
    this.text = array.toString();
  }

  @Override
  public String getBaseTypeName() {
    return baseTypeName;
  }

  @Override
  public int getBaseType() {
    return baseType;
  }

  @Override
  public String toString() {
    return text;
  }

  @Override
  public Object getArray() throws SQLException {
    throw onlyBound();
  }

  @Override
  public Object getArray(Map<String, Class<?>> map) throws SQLException {
    throw onlyBound();
  }

  @Override
  public Object getArray(long index, int count) throws SQLException {
    throw onlyBound();
  }

  @Override
  public Object getArray(long index, int count, Map<String, Class<?>> map) throws SQLException {
    throw onlyBound();
  }

  @Override
  public ResultSet getResultSet() throws SQLException {
    throw onlyBound();
  }

  @Override
  public ResultSet getResultSet(Map<String, Class<?>> map) throws SQLException {
    throw onlyBound();
  }

  @Override
  public ResultSet getResultSet(long index, int count) throws SQLException {
    throw onlyBound();
  }

  @Override
  public ResultSet getResultSet(long index, int count, Map<String, Class<?>> map)
      throws SQLException {
    throw onlyBound();
  }

  @Override
  public void free() {}

  private static SQLException onlyBound() {
    return new SQLFeatureNotSupportedException("an array that is only bound", "0A000");
  }
}
