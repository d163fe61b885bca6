package io.dualwrite.jdbc.journal;

import io.dualwrite.jdbc.schema.Identifiers;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The tables that a migration keeps in both databases. They are the same on both sides because the
 * roles swap; only the primary's journal is written.
 */
public final class ControlSchema {
  private static final String PRIVILEGE_MISSING = "42501";
  private static final String LOCK_NOT_AVAILABLE = "55P03";
  private static final int LOCK_SECONDS = 5;
  private static final Duration BRIEFLY = Duration.ofMillis(200);
  private static final List<String> TABLES =
      List.of("journal", "set_aside", "gaps", "control", "instances");

  private ControlSchema() {}

  /**
   * The statements that create the schema, each of which does nothing where its object is already
   * there.
   */
  public static List<String> ddl(String schema) {
    List<String> ddl = new ArrayList<>(tables(schema));
    ddl.addAll(ControlMigration.ddl(schema));
    ddl.addAll(JournalIdentity.ddl(schema));
    ddl.addAll(ReconcilerSchema.ddl(schema));
    ddl.addAll(grantsToAll(schema));
    return ddl;
  }

  private static List<String> tables(String schema) {
    String s = Identifiers.quote(schema);
    return List.of(
        "CREATE SCHEMA IF NOT EXISTS " + s,
        JournalIdentity.renewal(schema),
        "CREATE TABLE IF NOT EXISTS "
            + s
            + """
            .journal (
              table_name text COLLATE "C" NOT NULL,
              key text[],
              range_from text,
              range_to text,
              tx xid8 NOT NULL DEFAULT pg_current_xact_id(),
              at timestamptz NOT NULL DEFAULT clock_timestamp(),
              key_id integer,
              keys text[]
            ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0,
              autovacuum_vacuum_insert_threshold = -1, autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 100000)""",
        "CREATE TABLE IF NOT EXISTS "
            + s
            + """
            .set_aside (
              id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
              table_name text COLLATE "C" NOT NULL,
              key text[],
              range_from text,
              range_to text,
              sql_state text,
              reason text NOT NULL,
              tries integer NOT NULL,
              at timestamptz NOT NULL,
              tried_at timestamptz NOT NULL DEFAULT clock_timestamp(),
              key_id integer,
              named bytea
            )""",
        "CREATE TABLE IF NOT EXISTS "
            + s
            + """
            .gaps (
              id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
              migration text NOT NULL,
              instance text NOT NULL,
              reason text NOT NULL,
              since timestamptz NOT NULL,
              until timestamptz,
              reconciled_at timestamptz
            )""",
        "CREATE TABLE IF NOT EXISTS "
            + s
            + """
            .control (
              migration text PRIMARY KEY,
              phase text NOT NULL,
              kill_switch boolean NOT NULL DEFAULT false,
              epoch bigint NOT NULL DEFAULT 1,
              changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
            )""",
        "CREATE TABLE IF NOT EXISTS "
            + s
            + """
            .instances (
              instance text PRIMARY KEY,
              migration text NOT NULL,
              state text NOT NULL,
              started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
              seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
              stopped_at timestamptz,
              phase text,
              epoch bigint,
              kill_switch_by text[],
              capture text,
              policy text,
              version text,
              host text,
              pid bigint
            ) WITH (fillfactor = 50)""");
  }

  /**
   * Whoever may write a mirrored table, by whatever role, must be able to name the row: an entry
   * tells nothing and does no more than have the row copied once more. The database's owner may do
   * all that dualwrite does, whoever came first.
   */
  private static List<String> grantsToAll(String schema) {
    String s = Identifiers.quote(schema);
    return List.of(
        "GRANT USAGE ON SCHEMA " + s + " TO PUBLIC",
        "GRANT INSERT ON " + s + ".journal TO PUBLIC",
        grantToOwner(schema));
  }

  static String grantToOwner(String schema) {
    return """
        DO $grant$ BEGIN
          EXECUTE (SELECT pg_catalog.format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO %I', {schema}, r.rolname)
            FROM pg_catalog.pg_database d JOIN pg_catalog.pg_roles r ON r.oid = d.datdba WHERE d.datname = pg_catalog.current_database());
        END $grant$"""
        .replace("{schema}", "'" + schema.replace("'", "''") + "'");
  }

  /** What the application's user needs where an administrator has created the schema. */
  public static List<String> grants(String schema, String user) {
    String s = Identifiers.quote(schema);
    String u = Identifiers.quote(user);
    return List.of(
        "GRANT USAGE ON SCHEMA " + s + " TO " + u,
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA " + s + " TO " + u,
        "GRANT USAGE ON ALL SEQUENCES IN SCHEMA " + s + " TO " + u);
  }

  /** Whether all tables are there. */
  public static boolean exists(Connection connection, String schema) throws SQLException {
    return have(connection, schema, TABLES);
  }

  /** Whether the control table is there, whatever has become of the others. */
  public static boolean hasControl(Connection connection, String schema) throws SQLException {
    return have(connection, schema, List.of("control"));
  }

  static boolean have(Connection connection, String schema, List<String> tables)
      throws SQLException {
    String sql =
        "SELECT count(*) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
            + " WHERE n.nspname = ? AND c.relkind = 'r' AND c.relname = ANY (?)";
    try (var statement = connection.prepareStatement(sql)) {
      statement.setString(1, schema);
      statement.setArray(2, connection.createArrayOf("text", tables.toArray()));
      try (ResultSet rows = statement.executeQuery()) {
        rows.next();
        return rows.getInt(1) == tables.size();
      }
    }
  }

  /**
   * Creates what is missing, in one transaction of its own; of several callers at once, one
   * creates. Tables of an earlier version get what they lack; that takes a short exclusive lock on
   * the journal, and is waited for no longer than {@value #LOCK_SECONDS} seconds.
   *
   * @param where how the database is called in messages: {@code source} or {@code target}
   * @return whether any table was missing
   * @throws MissingPrivilegeException naming the privilege, if the user may not create it
   */
  public static boolean create(Connection connection, String schema, String where)
      throws SQLException {
    boolean there = exists(connection, schema);
    if (!there) {
      run(connection, schema, where, false, ddl(schema));
      return true;
    }
    if (ControlMigration.isDue(connection, schema)) {
      run(connection, schema, where, true, ControlMigration.ddl(schema));
    }
    if (JournalIdentity.isDue(connection, schema)) {
      try {
        run(connection, schema, where, true, BRIEFLY, JournalIdentity.ddl(schema));
      } catch (SQLException e) {
        if (!LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
          throw e;
        }
        // Who writes is not held up for it: there will be another start.
      }
    }
    return false;
  }

  /** Runs these statements in one transaction, one caller at a time. */
  static void run(
      Connection connection, String schema, String where, boolean there, List<String> statements)
      throws SQLException {
    run(connection, schema, where, there, Duration.ofSeconds(LOCK_SECONDS), statements);
  }

  private static void run(
      Connection connection,
      String schema,
      String where,
      boolean there,
      Duration lockTimeout,
      List<String> statements)
      throws SQLException {
    boolean autoCommit = connection.getAutoCommit();
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "SELECT pg_catalog.pg_advisory_xact_lock(" + LockKeys.of("control-schema", schema) + ")");
      statement.execute("SET LOCAL lock_timeout = '" + lockTimeout.toMillis() + "ms'");
      for (String sql : statements) {
        statement.execute(sql);
      }
      connection.commit();
    } catch (SQLException e) {
      rollback(connection, e);
      if (PRIVILEGE_MISSING.equals(e.getSQLState())) {
        throw new MissingPrivilegeException(missing(connection, schema, where, there), e);
      }
      throw e;
    } finally {
      connection.setAutoCommit(autoCommit);
    }
  }

  private static String missing(Connection connection, String schema, String where, boolean there)
      throws SQLException {
    String what =
        there
            ? "\" may not alter the tables of schema " + schema + ", made by an earlier version,"
            : "\" may not create schema " + schema;
    return "journal: \""
        + connection.getMetaData().getUserName()
        + what
        + " in the "
        + where
        + " (42501). Run `reconciler init` as a user who may, or let an administrator run the"
        + " output of `reconciler init --print`.";
  }

  private static void rollback(Connection connection, SQLException cause) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }
}
