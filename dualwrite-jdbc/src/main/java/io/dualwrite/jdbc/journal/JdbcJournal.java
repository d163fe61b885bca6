package io.dualwrite.jdbc.journal;

import io.dualwrite.Side;
import io.dualwrite.journal.JournalEntry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;

/**
 * The journal of a {@link io.dualwrite.DualWriter} in a PostgreSQL table, shared by all processes
 * that write under the writer's name.
 *
 * <p>Each method is one committed statement on a connection of its own, so an entry survives
 * whatever a commit of that database survives. The {@code DataSource} must not join transactions of
 * the application: an entry that commits only with them would be missing while the secondary is
 * written. Isolation READ COMMITTED is required.
 *
 * <p>A database that cannot be reached, or refuses, is an {@link IllegalStateException} with the
 * {@link SQLException} as its cause.
 */
public final class JdbcJournal implements io.dualwrite.journal.Journal {
  private static final String COLUMNS =
      "id, key, primary_side, due,"
          + " (extract(epoch FROM clock_timestamp() - at) * 1000000)::bigint AS age_micros";

  private final DataSource database;
  private final String writer;
  private final String table;

  private JdbcJournal(DataSource database, String schema, String writer) {
    this.database = database;
    this.writer = writer;
    this.table = RepositoryJournalTable.name(schema);
  }

  /**
   * The journal of {@code writer} in schema {@code dualwrite}, which is created with its table if
   * it is missing.
   */
  public static JdbcJournal open(DataSource database, String writer) throws SQLException {
    return open(database, "dualwrite", writer);
  }

  /**
   * The journal of {@code writer} in {@code schema}, which is created with its table if it is
   * missing.
   *
   * @throws MissingPrivilegeException if the user may not create them; the message has the
   *     statements for somebody who may
   */
  public static JdbcJournal open(DataSource database, String schema, String writer)
      throws SQLException {
    try (Connection connection = database.getConnection()) {
      RepositoryJournalTable.create(connection, schema);
    }
    return new JdbcJournal(database, schema, writer);
  }

  @Override
  public JournalEntry add(String key, Side primary) {
    return add(key, primary, false);
  }

  @Override
  public List<JournalEntry> entriesOf(String key) {
    return query(
        "SELECT " + COLUMNS + " FROM " + table + " WHERE writer = ? AND key = ? ORDER BY id",
        writer,
        key);
  }

  @Override
  public boolean settle(JournalEntry entry, Set<Long> ordered) {
    int removed =
        update(
            "DELETE FROM "
                + table
                + " WHERE writer = ? AND id = ? AND NOT EXISTS (SELECT FROM "
                + table
                + " other WHERE other.writer = ? AND other.key = ? AND other.id <> ?"
                + " AND other.id <> ALL (?))",
            writer,
            entry.id(),
            writer,
            entry.key(),
            entry.id(),
            ordered.toArray(new Long[0]));
    if (removed == 1) {
      return true;
    }
    leave(entry);
    return false;
  }

  @Override
  public void leave(JournalEntry entry) {
    if (update(
            "UPDATE " + table + " SET due = true WHERE writer = ? AND id = ?", writer, entry.id())
        == 0) {
      add(entry.key(), entry.primary(), true);
    }
  }

  @Override
  public void withdraw(JournalEntry entry) {
    if (update("DELETE FROM " + table + " WHERE writer = ? AND id = ?", writer, entry.id()) == 0) {
      add(entry.key(), entry.primary(), true);
    }
  }

  @Override
  public Optional<JournalEntry> takeOver(JournalEntry entry) {
    return query(
            "WITH old AS (DELETE FROM "
                + table
                + " WHERE writer = ? AND id = ? AND NOT due RETURNING key, primary_side, at) INSERT INTO "
                + table
                + " (writer, key, primary_side, due, at) SELECT ?, key, primary_side, true, at FROM old RETURNING "
                + COLUMNS,
            writer,
            entry.id(),
            writer)
        .stream()
        .findFirst();
  }

  @Override
  public void remove(Collection<JournalEntry> entries) {
    Long[] ids = entries.stream().map(JournalEntry::id).toArray(Long[]::new);
    update("DELETE FROM " + table + " WHERE writer = ? AND id = ANY (?)", writer, ids);
  }

  @Override
  public List<JournalEntry> pending(long after, int limit, Duration takeOverAfter) {
    return query(
        "SELECT "
            + COLUMNS
            + " FROM "
            + table
            + " WHERE writer = ? AND id > ? AND (due OR at <= clock_timestamp() - ? * interval '1 microsecond')"
            + " ORDER BY id LIMIT ?",
        writer,
        after,
        TimeUnit.MICROSECONDS.convert(takeOverAfter),
        limit);
  }

  @Override
  public long size() {
    return value("SELECT count(*) FROM " + table + " WHERE writer = ?").orElseThrow();
  }

  @Override
  public Optional<Duration> oldestAge() {
    return value(
            "SELECT (extract(epoch FROM clock_timestamp() - min(at)) * 1000000)::bigint FROM "
                + table
                + " WHERE writer = ?")
        .map(micros -> Duration.of(micros, ChronoUnit.MICROS));
  }

  private JournalEntry add(String key, Side primary, boolean due) {
    return query(
            "INSERT INTO "
                + table
                + " (writer, key, primary_side, due) VALUES (?, ?, ?, ?) RETURNING "
                + COLUMNS,
            writer,
            key,
            primary.name(),
            due)
        .get(0);
  }

  private List<JournalEntry> query(String sql, Object... parameters) {
    return run(
        sql,
        parameters,
        statement -> {
          List<JournalEntry> entries = new ArrayList<>();
          try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
              entries.add(
                  new JournalEntry(
                      rows.getLong("id"),
                      rows.getString("key"),
                      Side.valueOf(rows.getString("primary_side")),
                      rows.getBoolean("due"),
                      Duration.of(rows.getLong("age_micros"), ChronoUnit.MICROS)));
            }
          }
          return entries;
        });
  }

  private Optional<Long> value(String sql) {
    return run(
        sql,
        new Object[] {writer},
        statement -> {
          try (ResultSet rows = statement.executeQuery()) {
            rows.next();
            long value = rows.getLong(1);
            return rows.wasNull() ? Optional.empty() : Optional.of(value);
          }
        });
  }

  private int update(String sql, Object... parameters) {
    return run(sql, parameters, PreparedStatement::executeUpdate);
  }

  private <T> T run(String sql, Object[] parameters, Execution<T> execution) {
    try (Connection connection = database.getConnection()) {
      if (!connection.getAutoCommit()) {
        connection.setAutoCommit(true);
      }
      try (PreparedStatement statement = connection.prepareStatement(sql)) {
        for (int i = 0; i < parameters.length; i++) {
          if (parameters[i] instanceof Long[] ids) {
            statement.setArray(i + 1, connection.createArrayOf("bigint", ids));
          } else {
            statement.setObject(i + 1, parameters[i]);
          }
        }
        return execution.run(statement);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(
          "journal of " + writer + ": " + table + " cannot be used (" + e.getSQLState() + ")", e);
    }
  }

  @Override
  public String toString() {
    return "journal in " + table;
  }

  @FunctionalInterface
  private interface Execution<T> {
    T run(PreparedStatement statement) throws SQLException;
  }
}
