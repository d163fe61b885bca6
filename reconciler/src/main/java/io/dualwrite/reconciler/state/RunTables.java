package io.dualwrite.reconciler.state;

import io.dualwrite.jdbc.schema.Identifiers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Optional;

/**
 * The tables of a run. Every method works on the target's connection that it is given and commits
 * nothing itself.
 */
public final class RunTables {
  /** Of a run {@code r}: it went through its tables whole, not through parts of them. */
  static final String WHOLE = "r.settings @> ARRAY['--from=none', '--to=none']";

  /** And it compared them so: a watch does it piece by piece. */
  static final String COMPARED =
      "r.command IN ('compare', 'repair') AND " + WHOLE + " AND t.step = 'compare'";

  private static final String COLUMNS =
      "t.id, t.run, t.step, t.table_name, t.shape, t.checksum, t.plan, t.windows, t.ended_at, t.began_at";

  private final String schema;

  /** The tables of runs in that control schema. */
  public RunTables(String schema) {
    this.schema = Identifiers.quote(schema);
  }

  /** The same now. */
  public TableRun begin(
      Connection target,
      Run run,
      String step,
      String table,
      String shape,
      String checksum,
      String plan,
      int windows)
      throws SQLException {
    return begin(
        target, run, step, table, shape, checksum, plan, windows, Optional.<Instant>empty());
  }

  /**
   * Takes up a table, with nothing done; what the run had kept of this step of it is removed.
   *
   * @param beganAt when that was, by the target's clock; empty: now
   * @throws TakenOverException if the run is not this process' any more
   */
  public TableRun begin(
      Connection target,
      Run run,
      String step,
      String table,
      String shape,
      String checksum,
      String plan,
      int windows,
      Optional<Instant> beganAt)
      throws SQLException {
    hold(target, run);
    remove(target, run, step, table);
    String sql =
        "INSERT INTO "
            + schema
            + ".run_tables (run, step, table_name, shape, checksum, plan, windows, began_at)"
            + " SELECT h.run, ?, ?, ?, ?, ?, ?, coalesce(?, clock_timestamp()) FROM "
            + held()
            + " RETURNING id, began_at";
    try (PreparedStatement statement = target.prepareStatement(sql)) {
      statement.setString(1, step);
      statement.setString(2, table);
      statement.setString(3, shape);
      statement.setString(4, checksum);
      statement.setBytes(5, PackedText.pack(plan));
      statement.setInt(6, windows);
      statement.setTimestamp(7, beganAt.map(Timestamp::from).orElse(null));
      statement.setLong(8, run.id());
      statement.setString(9, run.holder());
      try (ResultSet rows = statement.executeQuery()) {
        if (!rows.next()) {
          throw new TakenOverException(run);
        }
        return new TableRun(
            rows.getLong(1),
            run,
            step,
            table,
            shape,
            checksum,
            plan,
            windows,
            rows.getTimestamp(2).toInstant(),
            Optional.empty());
      }
    }
  }

  /**
   * Keeps the run from being taken over until the transaction ends.
   *
   * @throws TakenOverException if the run is not this process' any more
   */
  public void hold(Connection target, Run run) throws SQLException {
    try (PreparedStatement statement = target.prepareStatement("SELECT h.run FROM " + held())) {
      statement.setLong(1, run.id());
      statement.setString(2, run.holder());
      try (ResultSet rows = statement.executeQuery()) {
        if (!rows.next()) {
          throw new TakenOverException(run);
        }
      }
    }
  }

  private void remove(Connection target, Run run, String step, String table) throws SQLException {
    String ids =
        "(SELECT t.id FROM "
            + schema
            + ".run_tables t WHERE t.run = ? AND t.step = ? AND t.table_name = ?)";
    for (String sql :
        new String[] {
          "DELETE FROM " + schema + ".run_differences WHERE table_id IN " + ids,
          "DELETE FROM " + schema + ".run_windows WHERE table_id IN " + ids,
          "DELETE FROM " + schema + ".run_tables WHERE id IN " + ids
        }) {
      try (PreparedStatement statement = target.prepareStatement(sql)) {
        statement.setLong(1, run.id());
        statement.setString(2, step);
        statement.setString(3, table);
        statement.executeUpdate();
      }
    }
  }

  /** What the run has of this step of the table. */
  public Optional<TableRun> find(Connection target, Run run, String step, String table)
      throws SQLException {
    String sql =
        "SELECT "
            + COLUMNS
            + " FROM "
            + schema
            + ".run_tables t WHERE t.run = ? AND t.step = ? AND t.table_name = ?";
    try (PreparedStatement statement = target.prepareStatement(sql)) {
      statement.setLong(1, run.id());
      statement.setString(2, step);
      statement.setString(3, table);
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next() ? Optional.of(read(rows, 0, run)) : Optional.empty();
      }
    }
  }

  /** The last comparison or repair that has been through the whole table. */
  public Optional<TableRun> lastCompared(Connection target, String migration, String table)
      throws SQLException {
    String sql =
        "SELECT r.run, r.command, r.settings, r.holder, r.started_at, r.resumes, "
            + COLUMNS
            + " FROM "
            + schema
            + ".run_tables t JOIN "
            + schema
            + ".runs r ON r.run = t.run WHERE r.migration = ? AND "
            + COMPARED
            + " AND t.table_name = ?"
            + " AND t.ended_at IS NOT NULL ORDER BY t.ended_at DESC, t.id DESC LIMIT 1";
    try (PreparedStatement statement = target.prepareStatement(sql)) {
      statement.setString(1, migration);
      statement.setString(2, table);
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next() ? Optional.of(read(rows, 6, Runs.run(rows))) : Optional.empty();
      }
    }
  }

  /**
   * Marks the table as done with its last window.
   *
   * @throws TakenOverException if the run is not this process' any more
   */
  public void end(Connection target, TableRun table) throws SQLException {
    change(target, table, "ended_at = clock_timestamp()", Optional.empty());
  }

  /**
   * Keeps a note of the command's own beside the table, in place of an earlier one: what it has to
   * put right after an interruption, say.
   *
   * @throws TakenOverException if the run is not this process' any more
   */
  public void setDetail(Connection target, TableRun table, String detail) throws SQLException {
    change(target, table, "detail = ?", Optional.of(detail));
  }

  /** The note kept last. */
  public Optional<String> detail(Connection target, TableRun table) throws SQLException {
    String sql = "SELECT detail FROM " + schema + ".run_tables WHERE id = ?";
    try (PreparedStatement statement = target.prepareStatement(sql)) {
      statement.setLong(1, table.id());
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next() ? Optional.ofNullable(rows.getString(1)) : Optional.empty();
      }
    }
  }

  private void change(
      Connection target, TableRun table, String assignment, Optional<String> parameter)
      throws SQLException {
    String sql =
        "UPDATE "
            + schema
            + ".run_tables t SET "
            + assignment
            + " FROM "
            + held()
            + " WHERE t.id = ? AND t.run = h.run";
    try (PreparedStatement statement = target.prepareStatement(sql)) {
      int next = 1;
      if (parameter.isPresent()) {
        statement.setString(next++, parameter.get());
      }
      statement.setLong(next++, table.run().id());
      statement.setString(next++, table.run().holder());
      statement.setLong(next, table.id());
      if (statement.executeUpdate() == 0) {
        throw new TakenOverException(table.run());
      }
    }
  }

  /**
   * The run, if it is still this process', kept from being taken over until the transaction ends.
   */
  private String held() {
    return held(schema);
  }

  static String held(String schema) {
    return "(SELECT r.run FROM "
        + schema
        + ".runs r WHERE r.run = ? AND r.holder = ? AND r.ended_at IS NULL FOR KEY SHARE) h";
  }

  private static TableRun read(ResultSet rows, int before, Run run) throws SQLException {
    return new TableRun(
        rows.getLong(before + 1),
        run,
        rows.getString(before + 3),
        rows.getString(before + 4),
        rows.getString(before + 5),
        rows.getString(before + 6),
        PackedText.unpack(rows.getBytes(before + 7)),
        rows.getInt(before + 8),
        rows.getTimestamp(before + 10).toInstant(),
        Optional.ofNullable(rows.getTimestamp(before + 9)).map(Timestamp::toInstant));
  }
}
