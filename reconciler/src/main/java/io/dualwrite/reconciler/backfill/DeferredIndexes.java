package io.dualwrite.reconciler.backfill;

import io.dualwrite.Side;
import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.jdbc.journal.LockKeys;
import io.dualwrite.jdbc.schema.Identifiers;
import io.dualwrite.jdbc.schema.Table;
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
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Drops what makes loading slow and builds it again behind the rows. What is dropped is written
 * down in the control schema in the same transaction, and crossed out when it is there again: an
 * interruption at any point leaves nothing unknown.
 *
 * <p>Never dropped: whatever is unique (the dual writes' upserts need it, and a duplicate that came
 * in between could not be undone), the index by which windows are verified, foreign keys with an
 * action (the dual writes rely on them) and the indexes that serve these, and anything of
 * partitioned tables.
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
  private static final int TRIES = 20;

  /** How often it is asked for, 200 ms apart, whether others drop or build. */
  private static final int TURNS = 10;

  private static final String INDEXES =
      """
      SELECT pg_catalog.format('%I.%I', n.nspname, c.relname), pg_catalog.pg_get_indexdef(i.indexrelid), a.attname
        FROM pg_catalog.pg_index i
        JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid AND c.relkind = 'i'
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] AND a.attnum > 0
       WHERE i.indrelid = ? AND i.indisvalid AND NOT i.indisunique AND NOT i.indisexclusion AND NOT i.indisreplident
         AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.conindid = i.indexrelid)
       ORDER BY c.relname""";

  private static final String FOREIGN_KEYS =
      """
      SELECT k.conname, pg_catalog.pg_get_constraintdef(k.oid), k.confdeltype IN ('a', 'r') AND k.confupdtype IN ('a', 'r'),
          (SELECT a.attname FROM pg_catalog.pg_attribute a WHERE a.attrelid = k.conrelid AND a.attnum = k.conkey[1])
        FROM pg_catalog.pg_constraint k WHERE k.conrelid = ? AND k.contype = 'f' AND k.convalidated ORDER BY k.conname""";

  /** What of a table would be dropped. */
  List<Deferred> of(TablePair pair, Cuts cuts) {
    Table table = pair.target();
    if (table.partitioned()) {
      return List.of();
    }
    return databases.on(
        Side.TARGET,
        c -> {
          List<Deferred> found = new ArrayList<>();
          Set<String> needed = new HashSet<>();
          if (cuts.alike() && !cuts.columns().isEmpty()) {
            needed.add(cuts.columns().get(0).target().name());
          }
          try (PreparedStatement statement = c.prepareStatement(FOREIGN_KEYS)) {
            statement.setLong(1, table.oid());
            try (ResultSet rows = statement.executeQuery()) {
              while (rows.next()) {
                if (rows.getBoolean(3)) {
                  found.add(
                      new Deferred(
                          table.name(),
                          Deferred.Kind.FOREIGN_KEY,
                          rows.getString(1),
                          rows.getString(2)));
                } else {
                  needed.add(rows.getString(4));
                }
              }
            }
          }
          try (PreparedStatement statement = c.prepareStatement(INDEXES)) {
            statement.setLong(1, table.oid());
            try (ResultSet rows = statement.executeQuery()) {
              while (rows.next()) {
                String first = rows.getString(3);
                if (first == null || !needed.contains(first)) {
                  found.add(
                      new Deferred(
                          table.name(), Deferred.Kind.INDEX, rows.getString(1), rows.getString(2)));
                }
              }
            }
          }
          return found;
        });
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
      statement.setString(5, dropped.definition());
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
   * What was dropped, as it is written down.
   *
   * @param table the table on the target, quoted
   * @param at when it was
   */
  record Dropped(
      String table, String name, Deferred.Kind kind, String definition, OffsetDateTime at) {
    /** Deliveries go on meanwhile: an index is built without keeping writes out. */
    private String create() {
      return kind == Deferred.Kind.INDEX
          ? definition.replaceFirst("^CREATE INDEX ", "CREATE INDEX CONCURRENTLY IF NOT EXISTS ")
          : "ALTER TABLE "
              + table
              + " ADD CONSTRAINT "
              + Identifiers.quote(name)
              + " "
              + definition
              + " NOT VALID";
    }

    /** In words. */
    String label() {
      return (kind == Deferred.Kind.INDEX ? "index " : "foreign key ") + name;
    }
  }

  /**
   * Builds again what was dropped, whoever did.
   *
   * @return what could not be built, in words; it stays written down
   */
  List<String> restore() {
    List<String> problems = new ArrayList<>();
    if (dropped().isEmpty()) {
      return problems;
    }
    alone(
        target -> {
          // Others may have built them meanwhile: only what is written down now counts.
          List<Dropped> all = dropped(target);
          all.sort((a, b) -> a.kind().compareTo(b.kind()));
          for (Dropped each : all) {
            try {
              patiently(() -> restore(target, each));
            } catch (SideReadException e) {
              if (e.isDown()) {
                throw e;
              }
              problems.add(
                  each.label()
                      + " of "
                      + each.table()
                      + " could not be built again: "
                      + Failures.describe(e.failure()));
            }
          }
        });
    return problems;
  }

  private void restore(Connection target, Dropped each) throws SQLException {
    try (Statement statement = target.createStatement()) {
      if (each.kind() == Deferred.Kind.INDEX) {
        if (isBroken(target, each.name())) {
          statement.execute("DROP INDEX CONCURRENTLY IF EXISTS " + each.name());
        }
        statement.execute(each.create());
      } else {
        statement.execute("SET lock_timeout = '500ms'");
        try {
          if (!isThere(target, each)) {
            statement.execute(each.create());
          }
          statement.execute(
              "ALTER TABLE "
                  + each.table()
                  + " VALIDATE CONSTRAINT "
                  + Identifiers.quote(each.name()));
        } finally {
          statement.execute("RESET lock_timeout");
        }
      }
    }
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

  /** An index whose building was interrupted is there and is not used. */
  private static boolean isBroken(Connection target, String index) throws SQLException {
    return asked(
        target,
        "SELECT EXISTS (SELECT FROM pg_catalog.pg_index WHERE indexrelid = pg_catalog.to_regclass(?) AND NOT indisvalid)",
        index);
  }

  private static boolean isThere(Connection target, Dropped key) throws SQLException {
    return asked(
        target,
        "SELECT EXISTS (SELECT FROM pg_catalog.pg_constraint WHERE conrelid = pg_catalog.to_regclass(?) AND conname = ?)",
        key.table(),
        key.name());
  }

  private static boolean asked(Connection target, String sql, String... parameters)
      throws SQLException {
    try (PreparedStatement statement = target.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setString(i + 1, parameters[i]);
      }
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
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
            asked(c, "SELECT pg_catalog.pg_advisory_unlock(" + key + ")");
          }
          return true;
        });
  }

  /** Whoever waits within the lock has a snapshot, which an index being built would wait for. */
  private static void takeTurn(Connection target, long key) throws SQLException {
    for (int turns = 0; turns < TURNS; turns++) {
      if (asked(target, "SELECT pg_catalog.pg_try_advisory_lock(" + key + ")")) {
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
