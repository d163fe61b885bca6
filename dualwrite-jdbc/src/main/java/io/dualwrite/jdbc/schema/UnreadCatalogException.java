package io.dualwrite.jdbc.schema;

import java.sql.SQLException;

/** The catalog could not be read within a transaction, which is as it was before. */
public final class UnreadCatalogException extends SQLException {
  private static final long serialVersionUID = 1;

  UnreadCatalogException(SQLException cause) {
    super(cause.getMessage(), cause.getSQLState(), cause);
  }
}
