package io.dualwrite.reconciler.state;

import io.dualwrite.jdbc.journal.LockKeys;
import io.dualwrite.jdbc.schema.Identifiers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The runs of a migration, kept in the target. Every method works on the target's connection that
 * it is given and commits nothing itself. Several processes may have runs at once; what one keeps
 * never touches another's.
 */
public final class Runs {
  /** How often a process that works on a run says so. */
  public static final Duration HEARTBEAT = Duration.ofSeconds(2);

  private static final String COLUMNS =
      "run, command, settings, holder, started_at, resumes, host, pid, process_started_at,"
          + " extract(epoch from clock_timestamp() - seen_at)";

  private final String runs;
  private final String migration;

  /** The runs of {@code migration} in that control schema. */
  public Runs(String schema, String migration) {
    this.runs = Identifiers.quote(schema) + ".runs";
    this.migration = migration;
  }

  /**
   * Keeps other runs of the migration from beginning and from being taken up until the transaction
   * ends: what is seen of them behind this is true until then, at the level READ COMMITTED.
   */
  public void serialize(Connection target) throws SQLException {
    try (Statement statement = target.createStatement()) {
      statement.execute(
          "SELECT pg_catalog.pg_advisory_xact_lock(" + LockKeys.of("runs", migration) + ")");
    }
  }

  /** Begins a run, held by this process. */
  public Run begin(Connection target, String command, SortedMap<String, String> settings)
      throws SQLException {
    ThisProcess here = ThisProcess.now();
    String sql =
        "INSERT INTO "
            + runs
            + " (migration, command, settings, holder, host, pid, process_started_at)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING run, started_at";
    String holder = UUID.randomUUID().toString();
    try (PreparedStatement statement = target.prepareStatement(sql)) {
      statement.setString(1, migration);
      statement.setString(2, command);
      statement.setArray(3, target.createArrayOf("text", lines(settings)));
      statement.setString(4, holder);
      statement.setString(5, here.host());
      statement.setLong(6, here.pid());
      statement.setTimestamp(7, here.startedAt().map(Timestamp::from).orElse(null));
      try (ResultSet rows = statement.executeQuery()) {
        rows.next();
        return new Run(
            rows.getLong(1), command, settings, holder, rows.getTimestamp(2).toInstant(), 0);
      }
    }
  }

  /** The runs of a command that have not ended, the latest first. */
  public List<UnfinishedRun> unfinished(Connection target, String command) throws SQLException {
    return unfinished(target).stream().filter(r -> r.run().command().equals(command)).toList();
  }

  /** The runs of all commands that have not ended, the latest first. */
  List<UnfinishedRun> unfinished(Connection target) throws SQLException {
    String sql =
        "SELECT "
            + COLUMNS
            + " FROM "
            + runs
            + " WHERE migration = ? AND ended_at IS NULL ORDER BY run DESC";
    try (PreparedStatement statement = target.prepareStatement(sql)) {
      statement.setString(1, migration);
      try (ResultSet rows = statement.executeQuery()) {
        List<UnfinishedRun> found = new ArrayList<>();
        while (rows.next()) {
          found.add(unfinished(rows));
        }
        return found;
      }
    }
  }

  /** The columns {@code run, command, settings, holder, started_at, resumes}, from 1 on. */
  static Run run(ResultSet rows) throws SQLException {
    return new Run(
        rows.getLong(1),
        rows.getString(2),
        settings((String[]) rows.getArray(3).getArray()),
        rows.getString(4),
        rows.getTimestamp(5).toInstant(),
        rows.getInt(6));
  }

  private static UnfinishedRun unfinished(ResultSet rows) throws SQLException {
    Run run = run(rows);
    Optional<Instant> processStartedAt =
        Optional.ofNullable(rows.getTimestamp(9)).map(Timestamp::toInstant);
    // A sign of life from the future is older than a clock that was set back since.
    Duration silent = Duration.ofMillis(Math.abs(Math.round(rows.getDouble(10) * 1000)));
    return new UnfinishedRun(run, rows.getString(7), rows.getLong(8), processStartedAt, silent);
  }

  /**
   * Takes over a run from the process that held it, after that one's transactions that keep
   * something of it; whatever it wants to keep later fails with {@link TakenOverException}. Empty
   * if a third process was faster, or the run has ended.
   */
  public Optional<Run> takeOver(Connection target, Run run) throws SQLException {
    ThisProcess here = ThisProcess.now();
    String holder = UUID.randomUUID().toString();
    // FOR UPDATE waits for those who keep something now (FOR KEY SHARE), which a plain UPDATE does
    // not.
    String sql =
        "WITH held AS (SELECT run FROM "
            + runs
            + " WHERE run = ? AND holder = ? AND ended_at IS NULL FOR UPDATE)"
            + " UPDATE "
            + runs
            + " r SET holder = ?, host = ?, pid = ?, process_started_at = ?, seen_at = clock_timestamp(), resumes = resumes + 1"
            + " FROM held WHERE r.run = held.run";
    try (PreparedStatement statement = target.prepareStatement(sql)) {
      statement.setLong(1, run.id());
      statement.setString(2, run.holder());
      statement.setString(3, holder);
      statement.setString(4, here.host());
      statement.setLong(5, here.pid());
      statement.setTimestamp(6, here.startedAt().map(Timestamp::from).orElse(null));
      return statement.executeUpdate() == 1
          ? Optional.of(
              new Run(
                  run.id(),
                  run.command(),
                  run.settings(),
                  holder,
                  run.startedAt(),
                  run.resumes() + 1))
          : Optional.empty();
    }
  }

  /**
   * Says that this process still works on the run.
   *
   * @throws TakenOverException if it is not this process' any more
   */
  public void touch(Connection target, Run run) throws SQLException {
    change(target, run, "seen_at = clock_timestamp()");
  }

  /**
   * Says that this process works on the run no more and has left something to do.
   *
   * @throws TakenOverException if it is not this process' any more
   */
  public void release(Connection target, Run run) throws SQLException {
    change(target, run, "pid = 0");
  }

  /**
   * Ends the run: it cannot be taken up again.
   *
   * @param outcome in a word or two, for people
   * @throws TakenOverException if it is not this process' any more
   */
  public void end(Connection target, Run run, String outcome) throws SQLException {
    change(
        target,
        run,
        "seen_at = clock_timestamp(), ended_at = clock_timestamp(), outcome = "
            + Identifiers.literal(outcome));
  }

  private void change(Connection target, Run run, String assignments) throws SQLException {
    String sql =
        "UPDATE "
            + runs
            + " SET "
            + assignments
            + " WHERE run = ? AND holder = ? AND ended_at IS NULL";
    try (PreparedStatement statement = target.prepareStatement(sql)) {
      statement.setLong(1, run.id());
      statement.setString(2, run.holder());
      if (statement.executeUpdate() == 0) {
        throw new TakenOverException(run);
      }
    }
  }

  private static Object[] lines(SortedMap<String, String> settings) {
    return settings.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toArray();
  }

  private static SortedMap<String, String> settings(String[] lines) {
    SortedMap<String, String> settings = new TreeMap<>();
    for (String line : lines) {
      int equals = line.indexOf('=');
      settings.put(line.substring(0, equals), line.substring(equals + 1));
    }
    return settings;
  }
}
