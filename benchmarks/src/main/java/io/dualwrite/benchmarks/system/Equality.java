package io.dualwrite.benchmarks.system;

import io.dualwrite.testing.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** Whether the tables of a database hold the same rows on both servers: counts and hash sums. */
public final class Equality {
  private final Servers servers;
  private final String database;

  /** Of a database. */
  public Equality(Servers servers, String database) {
    this.servers = servers;
    this.database = database;
  }

  /**
   * What came of it.
   *
   * @param equal whether all tables hold the same rows
   * @param text one line
   */
  public record Result(boolean equal, String text) {}

  /** Compares these tables. */
  public Result of(List<String> tables) throws SQLException {
    StringBuilder different = new StringBuilder();
    for (String table : tables) {
      String source = sum(servers.source(), table);
      String target = sum(servers.target(), table);
      if (!source.equals(target)) {
        different.append(String.format(" %s (source %s, target %s)", table, source, target));
      }
    }
    return different.isEmpty()
        ? new Result(true, "both databases are equal: " + String.join(", ", tables))
        : new Result(false, "THE DATABASES DIFFER:" + different);
  }

  private String sum(PostgresServer server, String table) throws SQLException {
    try (Connection connection = server.dataSource(database).getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT count(*) || ' rows, sum ' || coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) FROM "
                    + table
                    + " t")) {
      rows.next();
      return rows.getString(1);
    }
  }
}
