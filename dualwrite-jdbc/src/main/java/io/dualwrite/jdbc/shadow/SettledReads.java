package io.dualwrite.jdbc.shadow;

import io.dualwrite.jdbc.journal.LockKeys;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * Both answers as of one moment: with the tables' locks taken on the secondary, so that nobody
 * delivers, a snapshot of the primary whose journal names no row of them is what the secondary
 * holds. Nothing that is under way can look like a difference.
 */
final class SettledReads {
  private static final String LOCK_NOT_AVAILABLE = "55P03";

  private final BothSides sides;

  SettledReads(BothSides sides) {
    this.sides = sides;
  }

  /** Both answers; empty if rows of the tables wait for delivery, or are being delivered. */
  Optional<Answers> read(Query query) throws SQLException {
    try (ReadTransaction secondary = sides.beginOnSecondary(query.read())) {
      if (!lock(secondary.connection(), query.tables())) {
        return Optional.empty();
      }
      RowDigest ofPrimary;
      try (ReadTransaction primary = sides.beginOnPrimary(query.read())) {
        if (isAwaited(primary.connection(), query.tables())) {
          return Optional.empty();
        }
        ofPrimary = query.on(primary, List.of());
      }
      RowDigest ofSecondary = query.on(secondary, ofPrimary.labels());
      return Optional.of(query.answers(ofPrimary, ofSecondary));
    }
  }

  private boolean lock(Connection secondary, List<String> tables) throws SQLException {
    long[] keys =
        tables.stream()
            .mapToLong(table -> LockKeys.of(sides.migration(), table))
            .sorted()
            .distinct()
            .toArray();
    for (long key : keys) {
      try (PreparedStatement lock =
          secondary.prepareStatement("SELECT pg_catalog.pg_advisory_xact_lock(?)")) {
        lock.setLong(1, key);
        lock.execute();
      } catch (SQLException e) {
        if (LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
          return false;
        }
        throw e;
      }
    }
    return true;
  }

  private boolean isAwaited(Connection primary, List<String> tables) throws SQLException {
    Array names = primary.createArrayOf("text", tables.toArray());
    try (PreparedStatement entries =
        primary.prepareStatement(
            "SELECT EXISTS (SELECT FROM " + sides.journal() + " WHERE table_name = ANY (?))")) {
      entries.setArray(1, names);
      try (ResultSet row = entries.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    } finally {
      names.free();
    }
  }
}
