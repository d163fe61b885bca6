package io.dualwrite.jdbc.wrap;

import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.PGStatement;

/** The driver's own statement behind one that a pool may have wrapped. */
final class PostgresStatements {
  private PostgresStatements() {}

  static PGStatement of(Statement statement) {
    try {
      return statement instanceof PGStatement own ? own : statement.unwrap(PGStatement.class);
    } catch (SQLException e) {
      throw new UnsupportedOperationException("not a statement of PostgreSQL's driver", e);
    }
  }
}
