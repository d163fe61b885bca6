package io.dualwrite.reconciler.backfill;

import io.dualwrite.Side;
import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.jdbc.journal.ControlSchema;
import io.dualwrite.jdbc.journal.Instances;
import io.dualwrite.jdbc.journal.LockKeys;
import io.dualwrite.jdbc.schema.Identifiers;
import io.dualwrite.jdbc.schema.TablePair;
import io.dualwrite.reconciler.compare.Snapshots;
import io.dualwrite.reconciler.window.SideReadException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Drops what makes loading slow and builds it again behind the rows. What is dropped is written
 * down in the control schema in the same transaction, and crossed out when it is there again: an
 * interruption at any point leaves nothing unknown.
 *
 * <p>Never dropped: whatever is unique (the dual writes' upserts need it, and a duplicate that came
 * in between could not be undone), the index by which windows are verified, foreign keys with an
 * action (the dual writes rely on them) and the indexes that serve these, what could not be made
 * again just as it is, and anything of partitioned tables, partitions, hypertables and tables with
 * parents or children.
 *
 * <p>One process of a migration at a time drops or builds: two that build the same index would take
 * it from each other and cross out what is not there.
 *
 * @param databases both sides
 * @param schema the control schema
 * @param migration its name
 */
record DeferredIndexes(Snapshots databases, String schema, String migration) {
  private static final String LOCK_NOT_AVAILABLE = "55P03";

  /** There is no such table or schema. */
  private static final Set<String> NOT_THERE = Set.of("42P01", "3F000");

  private static final int TRIES = 20;

  /** How often it is asked for, 200 ms apart, whether others drop or build. */
  private static final int TURNS = 10;

  /** What of a table would be dropped. */
  Deferrable of(TablePair pair, Cuts cuts) {
    Optional<String> verifiedBy =
        cuts.alike()
            ? cuts.columns().stream().findFirst().map(c -> c.target().name())
            : Optional.empty();
    return databases.on(Side.TARGET, c -> Deferrable.of(c, pair.target(), verifiedBy));
  }

  /**
   * Drops them, each as soon as its table can be locked for a moment.
   *
   * @throws SideReadException if one cannot be; what was dropped before is written down
   */
  void drop(List<Deferred> all) {
    if (all.isEmpty()) {
      return;
    }
    alone(
        target -> {
          for (Deferred each : all) {
            patiently(
                () -> {
                  target.setAutoCommit(false);
                  try (Statement statement = target.createStatement()) {
                    statement.execute("SET LOCAL lock_timeout = '500ms'");
                    statement.execute(each.drop());
                    note(target, each);
                    target.commit();
                  } finally {
                    target.rollback();
                    target.setAutoCommit(true);
                  }
                });
          }
        });
  }

  private void note(Connection target, Deferred dropped) throws SQLException {
    try (PreparedStatement statement =
        target.prepareStatement(
            "INSERT INTO "
                + table()
                + " (migration, table_name, name, kind, definition) VALUES (?, ?, ?, ?, ?)"
                + " ON CONFLICT (migration, table_name, name) DO UPDATE SET definition = excluded.definition, dropped_at = clock_timestamp()")) {
      statement.setString(1, migration);
      statement.setString(2, dropped.table().sql());
      statement.setString(3, dropped.name());
      statement.setString(4, dropped.kind().name());
      statement.setString(5, dropped.definition().text());
      statement.executeUpdate();
    }
  }

  /** What is dropped at present, indexes first. */
  List<Dropped> dropped() {
    return databases.on(Side.TARGET, this::dropped);
  }

  private List<Dropped> dropped(Connection target) throws SQLException {
    List<Dropped> found = new ArrayList<>();
    try (PreparedStatement statement =
        target.prepareStatement(
            "SELECT table_name, name, kind, definition, dropped_at FROM "
                + table()
                + " WHERE migration = ? ORDER BY kind DESC, dropped_at")) {
      statement.setString(1, migration);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          found.add(
              new Dropped(
                  rows.getString(1),
                  rows.getString(2),
                  Deferred.Kind.valueOf(rows.getString(3)),
                  rows.getString(4),
                  rows.getObject(5, OffsetDateTime.class)));
        }
      }
    }
    return found;
  }

  /**
   * Builds again what was dropped.
   *
   * @param which asked about each while nobody else drops or builds
   * @return what could not be built, in words; it stays written down
   */
  List<String> restore(Choice which) {
    List<String> problems = new ArrayList<>();
    if (dropped().isEmpty()) {
      return problems;
    }
    boolean quiet = nobodyWrites();
    alone(
        target -> {
          // Others may have built them meanwhile: only what is written down now counts.
          List<Dropped> all = which.of(target, dropped(target));
          all.sort((a, b) -> a.kind().compareTo(b.kind()));
          for (Dropped each : all) {
            try {
              patiently(() -> restore(target, each, quiet));
            } catch (SideReadException e) {
              if (e.isDown()) {
                throw e;
              }
              problems.add(
                  each.label()
                      + " of "
                      + each.table()
                      + " could not be built again: "
                      + Failures.describe(e.failure())
                      + forgetting(each, e.failure()));
            }
          }
        });
    return problems;
  }

  /** How to say that it is not wanted any more. */
  private String forgetting(Dropped part, SQLException failure) {
    return NOT_THERE.contains(String.valueOf(failure.getSQLState()))
        ? ". If its table is gone for good, on the target: DELETE FROM "
            + table()
            + " WHERE migration = "
            + Identifiers.literal(migration)
            + " AND table_name = "
            + Identifiers.literal(part.table())
            + " AND name = "
            + Identifiers.literal(part.name())
        : "";
  }

  /** What of that which is dropped is to be built. */
  interface Choice {
    /** Some of all. */
    List<Dropped> of(Connection target, List<Dropped> all) throws SQLException;
  }

  /** Whether no application of the migration is alive, which would write to the target. */
  private boolean nobodyWrites() {
    return databases.on(
        Side.SOURCE,
        c ->
            ControlSchema.exists(c, schema)
                && new Instances(schema)
                    .list(c, migration).stream().noneMatch(Instances.Instance::alive));
  }

  private void restore(Connection target, Dropped each, boolean quiet) throws SQLException {
    each.restore(target, quiet);
    try (PreparedStatement statement =
        target.prepareStatement(
            "DELETE FROM "
                + table()
                + " WHERE migration = ? AND table_name = ? AND name = ? AND definition = ? AND dropped_at = ?")) {
      statement.setString(1, migration);
      statement.setString(2, each.table());
      statement.setString(3, each.name());
      statement.setString(4, each.definition());
      statement.setObject(5, each.at());
      statement.executeUpdate();
    }
  }

  private interface Work {
    void in(Connection target) throws SQLException;
  }

  private interface Step {
    void run() throws SQLException;
  }

  /**
   * Works on a connection that keeps every other process of the migration from dropping and
   * building; where that one ends, so does this.
   */
  private void alone(Work work) {
    databases.write(
        Side.TARGET,
        c -> {
          long key = LockKeys.of("deferred-indexes", migration);
          takeTurn(c, key);
          try {
            work.in(c);
          } finally {
            Dropped.asked(c, "SELECT pg_catalog.pg_advisory_unlock(" + key + ")");
          }
          return true;
        });
  }

  /** Whoever waits within the lock has a snapshot, which an index being built would wait for. */
  private static void takeTurn(Connection target, long key) throws SQLException {
    for (int turns = 0; turns < TURNS; turns++) {
      if (Dropped.asked(target, "SELECT pg_catalog.pg_try_advisory_lock(" + key + ")")) {
        return;
      }
      try (Statement statement = target.createStatement()) {
        statement.execute("SELECT pg_catalog.pg_sleep(0.2)");
      }
    }
    throw new SQLException(
        "another process drops or builds indexes of this migration; try again when it has ended",
        LOCK_NOT_AVAILABLE);
  }

  private static void patiently(Step step) {
    for (int tries = 1; ; tries++) {
      try {
        step.run();
        return;
      } catch (SQLException e) {
        if (tries == TRIES || !LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
          throw new SideReadException(Side.TARGET, e);
        }
      }
    }
  }

  private String table() {
    return Identifiers.quote(schema) + ".deferred";
  }
}
