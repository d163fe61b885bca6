package io.dualwrite.jdbc.resolve;

import io.dualwrite.jdbc.wrap.SessionNames;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** In which role and by which search path names resolve on a connection. */
public final class EffectivePath {
  /** {@code app {pg_catalog,public}}: where this is the same, names mean the same. */
  static final String SQL =
      "current_user || ' ' || pg_catalog.current_schemas(true)::pg_catalog.text";

  private EffectivePath() {}

  /** As it is known, else as the server says, within the connection's transaction. */
  public static String of(Connection raw, SessionNames session) throws SQLException {
    String known = session.searchPath();
    if (known != null) {
      return known;
    }
    try (Statement statement = raw.createStatement();
        ResultSet row = statement.executeQuery("SELECT " + SQL)) {
      row.next();
      String path = row.getString(1);
      session.searchPath(path);
      return path;
    }
  }
}
