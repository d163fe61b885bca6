package io.dualwrite.reconciler;

import static java.util.stream.Collectors.joining;

import io.dualwrite.Side;
import io.dualwrite.reconciler.compare.Snapshots;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;

/**
 * Which databases of which starts of their servers both sides are. No restored copy of a server,
 * and no standby that was promoted, started at the same microsecond; a database that was made anew
 * has another number.
 */
final class ServerStarts {
  private static final String SQL =
      "SELECT extract(epoch FROM pg_catalog.pg_postmaster_start_time())::text || '.' || oid::text"
          + " FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()";

  private ServerStarts() {}

  static String of(Snapshots databases) {
    return Arrays.stream(Side.values())
        .map(side -> side + " " + databases.on(side, ServerStarts::of))
        .collect(joining(", "));
  }

  /** Whether both sides are one database. */
  static boolean same(Snapshots databases) {
    return databases
        .on(Side.SOURCE, ServerStarts::of)
        .equals(databases.on(Side.TARGET, ServerStarts::of));
  }

  private static String of(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(SQL)) {
      row.next();
      return row.getString(1);
    }
  }
}
