package io.dualwrite.jdbc.wrap;

import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.PGStatement;

/**
 * What the application may have set on a statement and expects to stay set when it is prepared
 * anew.
 */
final class StatementSettings {
  private StatementSettings() {}

  static void copy(Statement from, Statement to) throws SQLException {
    if (from.getQueryTimeout() != to.getQueryTimeout()) {
      to.setQueryTimeout(from.getQueryTimeout());
    }
    if (from.getFetchSize() != to.getFetchSize()) {
      to.setFetchSize(from.getFetchSize());
    }
    if (from.getFetchDirection() != to.getFetchDirection()) {
      to.setFetchDirection(from.getFetchDirection());
    }
    if (from.getMaxRows() != to.getMaxRows()) {
      to.setMaxRows(from.getMaxRows());
    }
    if (from.getMaxFieldSize() != to.getMaxFieldSize()) {
      to.setMaxFieldSize(from.getMaxFieldSize());
    }
    if (from.isPoolable() != to.isPoolable()) {
      to.setPoolable(from.isPoolable());
    }
    if (from.isCloseOnCompletion()) {
      to.closeOnCompletion();
    }
    if (from.isWrapperFor(PGStatement.class)) {
      copy(from.unwrap(PGStatement.class), to.unwrap(PGStatement.class));
    }
  }

  private static void copy(PGStatement from, PGStatement to) throws SQLException {
    if (from.getPrepareThreshold() != to.getPrepareThreshold()) {
      to.setPrepareThreshold(from.getPrepareThreshold());
    }
    if (from.getAdaptiveFetch() != to.getAdaptiveFetch()) {
      to.setAdaptiveFetch(from.getAdaptiveFetch());
    }
  }
}
