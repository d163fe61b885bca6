package io.dualwrite.reconciler.backfill;

import io.dualwrite.jdbc.schema.Identifiers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.util.Set;

/**
 * What was dropped, as it is written down.
 *
 * @param table the table on the target, quoted
 * @param name its name; an index' with its schema, quoted
 * @param definition a {@link Definition} as text
 * @param at when it was
 */
record Dropped(
    String table, String name, Deferred.Kind kind, String definition, OffsetDateTime at) {
  /** Something else of the name is there. */
  private static final String DUPLICATE_OBJECT = "42710";

  /** How long writes to the table are kept out for an index at the most, where nobody writes. */
  private static final String PLAIN_LIMIT = "30s";

  /** The table is in use, or it took too long. */
  private static final Set<String> NOT_PLAIN = Set.of("55P03", "57014");

  /**
   * Makes it again, on a connection in auto-commit mode; what an interrupted attempt has made of it
   * is gone on with. Deliveries go on meanwhile.
   *
   * @param quiet whether nobody is known to write to the target, so that an index may be built the
   *     quick way, which keeps writes out, for a limited time ({@code docs/decisions/051})
   */
  void restore(Connection target, boolean quiet) throws SQLException {
    Definition wanted = Definition.read(definition);
    if (kind == Deferred.Kind.INDEX) {
      index(target, wanted, quiet);
    } else {
      foreignKey(target, wanted);
    }
    try (Statement statement = target.createStatement()) {
      statement.execute("SET lock_timeout = '500ms'");
      try {
        for (String sql : wanted.then()) {
          statement.execute(sql);
        }
        if (wanted.clustered() && !isClustered(target)) {
          statement.execute(
              "DO $mark$ BEGIN EXECUTE (SELECT pg_catalog.format('ALTER TABLE %s CLUSTER ON %I', "
                  + Identifiers.literal(table)
                  + ", relname) FROM pg_catalog.pg_class WHERE oid = "
                  + Identifiers.literal(name)
                  + "::pg_catalog.regclass); END $mark$");
        }
      } finally {
        statement.execute("RESET lock_timeout");
      }
    }
  }

  private void index(Connection target, Definition wanted, boolean quiet) throws SQLException {
    try (Statement statement = target.createStatement()) {
      if (isBroken(target)) {
        statement.execute("DROP INDEX CONCURRENTLY IF EXISTS " + name);
      }
      statement.execute(
          "SET default_tablespace = " + Identifiers.literal(wanted.tablespace().orElse("")));
      try {
        if (!quiet || !plainly(statement, wanted)) {
          statement.execute(create(wanted, "CONCURRENTLY "));
        }
      } finally {
        statement.execute("RESET default_tablespace");
      }
    }
    throwUnlessSame(
        target, "SELECT pg_catalog.pg_get_indexdef(pg_catalog.to_regclass(?))", wanted.sql(), name);
  }

  /** False where others are at the table, or it takes longer than they may be kept out. */
  private static boolean plainly(Statement statement, Definition wanted) throws SQLException {
    statement.execute("SET lock_timeout = '500ms'; SET statement_timeout = '" + PLAIN_LIMIT + "'");
    try {
      statement.execute(create(wanted, ""));
      return true;
    } catch (SQLException e) {
      if (NOT_PLAIN.contains(String.valueOf(e.getSQLState()))) {
        return false;
      }
      throw e;
    } finally {
      statement.execute("RESET lock_timeout; RESET statement_timeout");
    }
  }

  private static String create(Definition wanted, String how) {
    return wanted.sql().replaceFirst("^CREATE INDEX ", "CREATE INDEX " + how + "IF NOT EXISTS ");
  }

  private void foreignKey(Connection target, Definition wanted) throws SQLException {
    try (Statement statement = target.createStatement()) {
      statement.execute("SET lock_timeout = '500ms'");
      try {
        String constraint = Identifiers.quote(name);
        if (!isThere(target)) {
          statement.execute(
              "ALTER TABLE "
                  + table
                  + " ADD CONSTRAINT "
                  + constraint
                  + " "
                  + wanted.sql()
                  + " NOT VALID");
        }
        statement.execute("ALTER TABLE " + table + " VALIDATE CONSTRAINT " + constraint);
      } finally {
        statement.execute("RESET lock_timeout");
      }
    }
    throwUnlessSame(
        target,
        "SELECT pg_catalog.pg_get_constraintdef(oid) FROM pg_catalog.pg_constraint WHERE conrelid = pg_catalog.to_regclass(?) AND conname = ?",
        wanted.sql(),
        table,
        name);
  }

  /** Where somebody has made another of the name meanwhile, this one is not there again. */
  private static void throwUnlessSame(
      Connection target, String sql, String wanted, String... parameters) throws SQLException {
    target.setAutoCommit(false);
    try (Statement statement = target.createStatement();
        PreparedStatement question = target.prepareStatement(sql)) {
      statement.execute(Deferrable.NAMES_WITH_SCHEMA);
      for (int i = 0; i < parameters.length; i++) {
        question.setString(i + 1, parameters[i]);
      }
      try (ResultSet row = question.executeQuery()) {
        if (!row.next() || !wanted.equals(row.getString(1))) {
          throw new SQLException("another of that name is there", DUPLICATE_OBJECT);
        }
      }
    } finally {
      target.rollback();
      target.setAutoCommit(true);
    }
  }

  /** An index whose building was interrupted is there and is not used. */
  private boolean isBroken(Connection target) throws SQLException {
    return asked(
        target,
        "SELECT EXISTS (SELECT FROM pg_catalog.pg_index WHERE indexrelid = pg_catalog.to_regclass(?) AND NOT indisvalid)",
        name);
  }

  private boolean isThere(Connection target) throws SQLException {
    return asked(
        target,
        "SELECT EXISTS (SELECT FROM pg_catalog.pg_constraint WHERE conrelid = pg_catalog.to_regclass(?) AND conname = ?)",
        table,
        name);
  }

  /** By this or another index, which somebody has chosen meanwhile. */
  private boolean isClustered(Connection target) throws SQLException {
    return asked(
        target,
        "SELECT EXISTS (SELECT FROM pg_catalog.pg_index WHERE indrelid = pg_catalog.to_regclass(?) AND indisclustered)",
        table);
  }

  static boolean asked(Connection target, String sql, String... parameters) throws SQLException {
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

  /** In words. */
  String label() {
    return (kind == Deferred.Kind.INDEX ? "index " : "foreign key ") + name;
  }
}
