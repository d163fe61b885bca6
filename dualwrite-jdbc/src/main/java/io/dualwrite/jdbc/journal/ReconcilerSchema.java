package io.dualwrite.jdbc.journal;

import io.dualwrite.jdbc.schema.Identifiers;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * The tables in which the reconciler keeps what it has found, beside the control tables. The
 * target's are used; applications need none of them.
 */
public final class ReconcilerSchema {
  /** The tables, in the order in which they refer to each other. */
  public static final List<String> TABLES =
      List.of(
          "runs",
          "run_tables",
          "run_windows",
          "run_differences",
          "verified",
          "lowered",
          "deferred");

  private ReconcilerSchema() {}

  static List<String> ddl(String schema) {
    String create = "CREATE TABLE IF NOT EXISTS " + Identifiers.quote(schema);
    return List.of(
        create
            + """
            .runs (
              run bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
              migration text NOT NULL,
              command text NOT NULL,
              settings text[] NOT NULL,
              holder text NOT NULL,
              host text NOT NULL,
              pid bigint NOT NULL,
              process_started_at timestamptz,
              started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
              seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
              resumes integer NOT NULL DEFAULT 0,
              ended_at timestamptz,
              outcome text
            ) WITH (fillfactor = 50)""",
        create
            + """
            .run_tables (
              id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
              run bigint NOT NULL,
              step text NOT NULL,
              table_name text COLLATE "C" NOT NULL,
              shape text NOT NULL,
              checksum text NOT NULL,
              plan bytea NOT NULL,
              windows integer NOT NULL,
              detail text,
              began_at timestamptz NOT NULL DEFAULT clock_timestamp(),
              ended_at timestamptz,
              UNIQUE (run, step, table_name)
            )""",
        create
            + """
            .run_windows (
              table_id bigint NOT NULL,
              number integer NOT NULL,
              kind text NOT NULL,
              range_from text,
              range_to text,
              label text NOT NULL,
              result text NOT NULL,
              source_rows bigint NOT NULL,
              target_rows bigint NOT NULL,
              missing bigint NOT NULL,
              extra bigint NOT NULL,
              changed bigint NOT NULL,
              source_sum text,
              target_sum text,
              listed boolean NOT NULL,
              reason text,
              at timestamptz NOT NULL DEFAULT clock_timestamp(),
              PRIMARY KEY (table_id, number)
            )""",
        create
            + """
            .run_differences (
              table_id bigint NOT NULL,
              number integer NOT NULL,
              item integer NOT NULL,
              kind text NOT NULL,
              key text[] NOT NULL,
              identity text[] NOT NULL,
              columns text[] NOT NULL,
              rows bigint NOT NULL,
              PRIMARY KEY (table_id, number, item)
            )""",
        create
            + """
            .verified (
              migration text NOT NULL,
              table_name text COLLATE "C" NOT NULL,
              shape text NOT NULL,
              kind text NOT NULL,
              up_to text,
              windows bigint,
              rows bigint,
              first_at timestamptz NOT NULL,
              last_at timestamptz NOT NULL,
              PRIMARY KEY (migration, table_name)
            )""",
        create
            + """
            .lowered (
              migration text NOT NULL,
              table_name text COLLATE "C" NOT NULL,
              kind text NOT NULL,
              range_from text NOT NULL,
              at timestamptz NOT NULL,
              PRIMARY KEY (migration, table_name, kind, range_from)
            )""",
        create
            + """
            .deferred (
              migration text NOT NULL,
              table_name text COLLATE "C" NOT NULL,
              name text NOT NULL,
              kind text NOT NULL,
              definition text NOT NULL,
              dropped_at timestamptz NOT NULL DEFAULT clock_timestamp(),
              PRIMARY KEY (migration, table_name, name)
            )""");
  }

  /** Which of the tables are not there. */
  public static List<String> missing(Connection connection, String schema) throws SQLException {
    List<String> missing = new ArrayList<>();
    for (String table : TABLES) {
      if (!ControlSchema.have(connection, schema, List.of(table))) {
        missing.add(table);
      }
    }
    return missing;
  }

  /**
   * Creates what is missing in a control schema that an earlier version made, in one transaction of
   * its own.
   *
   * @param where how the database is called in messages: {@code source} or {@code target}
   * @return whether any table was missing
   * @throws MissingPrivilegeException naming the privilege, if the user may not create it
   */
  public static boolean create(Connection connection, String schema, String where)
      throws SQLException {
    if (ControlSchema.have(connection, schema, TABLES)) {
      return false;
    }
    List<String> statements = new ArrayList<>(ddl(schema));
    statements.add(ControlSchema.grantToOwner(schema));
    ControlSchema.run(connection, schema, where, true, statements);
    return true;
  }
}
