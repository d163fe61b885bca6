package io.dualwrite.chaos;

import io.dualwrite.chaos.history.Span;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** The gaps that the applications recorded, as times. */
final class GapTimes {
  private static final String ALL =
      "SELECT instance, (extract(epoch FROM since) * 1000)::bigint, (extract(epoch FROM until) * 1000)::bigint FROM dualwrite.gaps";

  private GapTimes() {}

  /**
   * All of them. One that its instance did not live to end lasts until the instance's end; what the
   * instance had sent may be committed a little later.
   */
  static List<Span> of(Stage stage) throws SQLException {
    List<Span> spans = new ArrayList<>();
    try (Connection connection =
            stage.databases().source().dataSource(Databases.NAME).getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(ALL)) {
      while (rows.next()) {
        long since = rows.getLong(2);
        long until = rows.getLong(3);
        if (rows.wasNull()) {
          until = end(stage, rows.getString(1), since);
        }
        spans.add(new Span(since, until));
      }
    }
    return spans;
  }

  private static long end(Stage stage, String instance, long since) {
    String[] parts = instance.split(":");
    if (parts.length < 3) {
      // Of no application, but of the database's triggers.
      return Long.MAX_VALUE;
    }
    long pid = Long.parseLong(parts[1]);
    return stage.applications().stream()
        .flatMap(a -> a.livesOf(pid).stream())
        .filter(life -> life.from() <= since)
        .mapToLong(Span::until)
        .max()
        .orElse(Long.MAX_VALUE);
  }

  /** How many are neither ended by their instance nor covered by a comparison. */
  static long open(Stage stage) throws SQLException {
    return Databases.number(
        stage.databases().source(),
        "SELECT count(*) FROM dualwrite.gaps WHERE reconciled_at IS NULL");
  }

  /** How many have ended and are still not covered by a comparison. */
  static long ended(Stage stage) throws SQLException {
    return Databases.number(
        stage.databases().source(),
        "SELECT count(*) FROM dualwrite.gaps WHERE reconciled_at IS NULL AND until IS NOT NULL");
  }
}
