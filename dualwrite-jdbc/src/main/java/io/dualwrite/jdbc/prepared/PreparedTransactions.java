package io.dualwrite.jdbc.prepared;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What a migration has prepared on the secondary and not yet ended, and how many transactions the
 * secondary prepares at all.
 *
 * @param most {@code max_prepared_transactions}; 0 means that STRICT takes one phase
 * @param waiting the migration's own, oldest first
 */
public record PreparedTransactions(int most, List<Waiting> waiting) {
  public PreparedTransactions {
    waiting = List.copyOf(waiting);
  }

  /**
   * One that is prepared.
   *
   * @param text its name
   * @param age how long ago it was prepared, by the secondary's clock
   */
  public record Waiting(String text, Duration age) {}

  /** Looks. */
  public static PreparedTransactions read(Connection secondary, String migration)
      throws SQLException {
    String sql =
        "SELECT pg_catalog.current_setting('max_prepared_transactions')::integer, p.gid,"
            + " extract(epoch FROM pg_catalog.clock_timestamp() - p.prepared)"
            + " FROM (SELECT 1) one LEFT JOIN pg_catalog.pg_prepared_xacts p"
            + " ON p.database = pg_catalog.current_database() AND pg_catalog.left(p.gid, ?) = ? ORDER BY p.prepared";
    String prefix = PreparedId.prefix(migration);
    try (PreparedStatement statement = secondary.prepareStatement(sql)) {
      statement.setInt(1, prefix.length());
      statement.setString(2, prefix);
      try (ResultSet rows = statement.executeQuery()) {
        List<Waiting> waiting = new ArrayList<>();
        int most = 0;
        while (rows.next()) {
          most = rows.getInt(1);
          String text = rows.getString(2);
          if (text != null) {
            long millis = Math.max(0, Math.round(rows.getDouble(3) * 1000));
            waiting.add(new Waiting(text, Duration.ofMillis(millis)));
          }
        }
        return new PreparedTransactions(most, waiting);
      }
    }
  }

  /** Whether STRICT takes two phases. */
  public boolean twoPhases() {
    return most > 0;
  }

  /** The age of the oldest; zero if there is none. */
  public Duration oldest() {
    return waiting.isEmpty() ? Duration.ZERO : waiting.get(0).age();
  }
}
