package io.dualwrite.reconciler.state;

import io.dualwrite.jdbc.schema.Identifiers;
import io.dualwrite.reconciler.state.Watermark.Looked;
import io.dualwrite.reconciler.window.Window;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How far each table of a migration is verified, kept in the target. Every method works on the
 * target's connection that it is given and commits nothing itself.
 */
public final class Watermarks {
  private static final String COLUMNS =
      "table_name, shape, kind, up_to, windows, rows, first_at, last_at";

  private final String verified;
  private final Lowerings lowerings;
  private final String migration;

  /** The watermarks of {@code migration} in that control schema. */
  public Watermarks(String schema, String migration) {
    this.verified = Identifiers.quote(schema) + ".verified";
    this.lowerings = new Lowerings(schema, migration);
    this.migration = migration;
  }

  /** All of them, by table. */
  public List<Watermark> all(Connection target) throws SQLException {
    return read(target, "", Optional.empty());
  }

  /** A table's, whatever it depends on. */
  public Optional<Watermark> of(Connection target, String table) throws SQLException {
    return read(target, " AND table_name = ?", Optional.of(table)).stream().findFirst();
  }

  /** The same once nobody else is about to move it; until the transaction ends, nobody does. */
  public Optional<Watermark> settled(Connection target, String table) throws SQLException {
    lowerings.lock(target, table);
    return of(target, table);
  }

  /**
   * Moves a table's watermark by what was found in these ranges of one kind, given in ascending
   * order, and locks it until the transaction ends. Returns the new one; empty if nothing is
   * verified. Where somebody else has found a difference later than {@code since}, what was found
   * equal from there on counts for nothing.
   *
   * @param since from when on the ranges were looked at, by the target's clock
   */
  public Optional<Watermark> looked(
      Connection target,
      String table,
      String shape,
      Window.Kind kind,
      List<Looked> ranges,
      Instant since)
      throws SQLException {
    lowerings.lock(target, table);
    return move(target, table, shape, kind, lowerings.apply(target, table, kind, ranges, since));
  }

  /**
   * Takes back what is verified from {@code from} on, by the same kind of ranges: a difference was
   * found there.
   *
   * @param from where the range that differs begins; empty: at the table's beginning
   */
  public void lower(
      Connection target, String table, String shape, Window.Kind kind, Optional<String> from)
      throws SQLException {
    lowerings.lock(target, table);
    lowerings.add(target, table, kind, from);
    move(
        target,
        table,
        shape,
        kind,
        List.of(new Looked(from, Optional.empty(), Watermark.Verdict.DIFFERS, 0)));
  }

  private Optional<Watermark> move(
      Connection target, String table, String shape, Window.Kind kind, List<Looked> ranges)
      throws SQLException {
    Optional<Watermark> before =
        read(target, " AND table_name = ? FOR UPDATE", Optional.of(table)).stream().findFirst();
    Optional<Watermark> after = Watermark.after(before, table, shape, kind, ranges, now(target));
    if (after.isPresent()) {
      write(target, after.get());
    } else if (before.isPresent()) {
      delete(target, table);
    }
    return after;
  }

  private List<Watermark> read(Connection target, String also, Optional<String> table)
      throws SQLException {
    String sql = "SELECT " + COLUMNS + " FROM " + verified + " WHERE migration = ?" + also;
    try (PreparedStatement statement =
        target.prepareStatement(table.isPresent() ? sql : sql + " ORDER BY table_name")) {
      statement.setString(1, migration);
      if (table.isPresent()) {
        statement.setString(2, table.get());
      }
      try (ResultSet rows = statement.executeQuery()) {
        List<Watermark> found = new ArrayList<>();
        while (rows.next()) {
          found.add(
              new Watermark(
                  rows.getString(1),
                  rows.getString(2),
                  Window.Kind.valueOf(rows.getString(3)),
                  Optional.ofNullable(rows.getString(4)),
                  number(rows, 5),
                  number(rows, 6),
                  rows.getTimestamp(7).toInstant(),
                  rows.getTimestamp(8).toInstant()));
        }
        return found;
      }
    }
  }

  private static OptionalLong number(ResultSet rows, int column) throws SQLException {
    long value = rows.getLong(column);
    return rows.wasNull() ? OptionalLong.empty() : OptionalLong.of(value);
  }

  private void write(Connection target, Watermark watermark) throws SQLException {
    String sql =
        "INSERT INTO "
            + verified
            + " (migration, "
            + COLUMNS
            + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (migration, table_name) DO UPDATE SET shape = excluded.shape,"
            + " kind = excluded.kind, up_to = excluded.up_to, windows = excluded.windows, rows = excluded.rows,"
            + " first_at = excluded.first_at, last_at = excluded.last_at";
    try (PreparedStatement statement = target.prepareStatement(sql)) {
      statement.setString(1, migration);
      statement.setString(2, watermark.table());
      statement.setString(3, watermark.shape());
      statement.setString(4, watermark.kind().name());
      statement.setString(5, watermark.upTo().orElse(null));
      set(statement, 6, watermark.windows());
      set(statement, 7, watermark.rows());
      statement.setTimestamp(8, Timestamp.from(watermark.firstAt()));
      statement.setTimestamp(9, Timestamp.from(watermark.lastAt()));
      statement.executeUpdate();
    }
  }

  private static void set(PreparedStatement statement, int index, OptionalLong value)
      throws SQLException {
    if (value.isPresent()) {
      statement.setLong(index, value.getAsLong());
    } else {
      statement.setNull(index, Types.BIGINT);
    }
  }

  private void delete(Connection target, String table) throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement(
            "DELETE FROM " + verified + " WHERE migration = ? AND table_name = ?")) {
      statement.setString(1, migration);
      statement.setString(2, table);
      statement.executeUpdate();
    }
  }

  /** The target's clock. */
  public Instant now(Connection target) throws SQLException {
    try (Statement statement = target.createStatement();
        ResultSet rows = statement.executeQuery("SELECT clock_timestamp()")) {
      rows.next();
      return rows.getTimestamp(1).toInstant();
    }
  }
}
