package io.dualwrite.jdbc.journal;

import io.dualwrite.jdbc.schema.Identifiers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Times during which an application wrote to the primary without naming the rows in the journal,
 * kept in the primary. A gap is reconciled by a complete comparison that began after its end.
 */
public final class Gaps {
  /** Who wrote, in the gaps of capture by triggers: anyone, whatever applications are running. */
  public static final String TRIGGERS = "triggers";

  private final String gaps;

  /** The gaps in that schema. */
  public Gaps(String schema) {
    this.gaps = Identifiers.quote(schema) + ".gaps";
  }

  /**
   * A recorded gap.
   *
   * @param id its identity
   * @param instance the application instance that wrote
   * @param reason why: kill switch, journal not writable, …
   * @param since its beginning, by the primary's clock
   * @param until its end; empty while it lasts, or when the instance ended without closing it
   */
  public record Gap(
      long id, String instance, String reason, Instant since, Optional<Instant> until) {
    /** Whether it ends only when that is recorded, whoever has stopped writing. */
    public boolean isOfTriggers() {
      return instance.equals(TRIGGERS);
    }
  }

  /** Records the beginning of a gap, {@code ago} before now, and returns its identity. */
  public long open(
      Connection primary, String migration, String instance, String reason, Duration ago)
      throws SQLException {
    String sql =
        "INSERT INTO "
            + gaps
            + " (migration, instance, reason, since) VALUES (?, ?, ?, clock_timestamp() - ? * interval '1 millisecond')"
            + " RETURNING id";
    try (PreparedStatement statement = primary.prepareStatement(sql)) {
      statement.setString(1, migration);
      statement.setString(2, instance);
      statement.setString(3, reason);
      statement.setLong(4, ago.toMillis());
      try (ResultSet rows = statement.executeQuery()) {
        rows.next();
        return rows.getLong(1);
      }
    }
  }

  /**
   * Records the end of this instance's gaps, after their last write. Those that a comparison took
   * for over, as the instance was not heard of, are to be covered by another.
   */
  public void close(Connection primary, String instance) throws SQLException {
    try (PreparedStatement statement =
        primary.prepareStatement(
            "UPDATE "
                + gaps
                + " SET until = clock_timestamp(), reconciled_at = NULL WHERE instance = ? AND until IS NULL")) {
      statement.setString(1, instance);
      statement.executeUpdate();
    }
  }

  /** The same for its gaps up to that one. */
  public void close(Connection primary, String instance, long last) throws SQLException {
    try (PreparedStatement statement =
        primary.prepareStatement(
            "UPDATE "
                + gaps
                + " SET until = clock_timestamp(), reconciled_at = NULL WHERE instance = ? AND id <= ? AND until IS NULL")) {
      statement.setString(1, instance);
      statement.setLong(2, last);
      statement.executeUpdate();
    }
  }

  /** Gaps that no complete comparison has covered yet. */
  public List<Gap> unreconciled(Connection primary, String migration) throws SQLException {
    String sql =
        "SELECT id, instance, reason, since, until FROM "
            + gaps
            + " WHERE migration = ? AND reconciled_at IS NULL ORDER BY id";
    try (PreparedStatement statement = primary.prepareStatement(sql)) {
      statement.setString(1, migration);
      try (ResultSet rows = statement.executeQuery()) {
        List<Gap> found = new ArrayList<>();
        while (rows.next()) {
          found.add(
              new Gap(
                  rows.getLong(1),
                  rows.getString(2),
                  rows.getString(3),
                  rows.getTimestamp(4).toInstant(),
                  Optional.ofNullable(rows.getTimestamp(5)).map(java.sql.Timestamp::toInstant)));
        }
        return found;
      }
    }
  }

  /**
   * Marks a gap as covered by a complete comparison that began after its end, or after its instance
   * was gone. Not one whose end was recorded since it was read: that came later.
   *
   * @return whether it is marked
   */
  public boolean reconciled(Connection primary, Gap gap) throws SQLException {
    try (PreparedStatement statement =
        primary.prepareStatement(
            "UPDATE "
                + gaps
                + " SET reconciled_at = clock_timestamp() WHERE id = ? AND (until IS NULL) = ?")) {
      statement.setLong(1, gap.id());
      statement.setBoolean(2, gap.until().isEmpty());
      return statement.executeUpdate() == 1;
    }
  }
}
