package io.dualwrite.reconciler.state;

import io.dualwrite.jdbc.journal.ControlSchema;
import io.dualwrite.jdbc.journal.ReconcilerSchema;
import io.dualwrite.jdbc.schema.Identifiers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Whether anything can be kept in a database. */
public final class StateAccess {
  private static final String WRITABLE =
      "SELECT current_user, pg_catalog.pg_is_in_recovery(), c.relname FROM pg_catalog.pg_class c"
          + " WHERE c.oid = ?::pg_catalog.regclass AND NOT (pg_catalog.has_table_privilege(c.oid, 'SELECT') AND pg_catalog.has_table_privilege(c.oid, 'INSERT')"
          + " AND pg_catalog.has_table_privilege(c.oid, 'UPDATE') AND pg_catalog.has_table_privilege(c.oid, 'DELETE')"
          + " AND NOT pg_catalog.pg_is_in_recovery())";

  private StateAccess() {}

  /** Why nothing can be kept in the target, with what to do about it; empty if it can. */
  public static Optional<String> problem(Connection target, String schema) throws SQLException {
    List<String> missing = ReconcilerSchema.missing(target, schema);
    if (!missing.isEmpty()) {
      return Optional.of(lacking(target, schema, missing));
    }
    try (PreparedStatement statement = target.prepareStatement(WRITABLE)) {
      for (String table : ReconcilerSchema.TABLES) {
        statement.setString(1, Identifiers.quote(schema) + "." + Identifiers.quote(table));
        try (ResultSet rows = statement.executeQuery()) {
          if (rows.next()) {
            return Optional.of(
                rows.getBoolean(2)
                    ? "the target is a standby, which cannot be written"
                    : "\""
                        + rows.getString(1)
                        + "\" may not write "
                        + schema
                        + "."
                        + rows.getString(3)
                        + " in the target (`reconciler init --print` shows the grants)");
          }
        }
      }
    }
    return Optional.empty();
  }

  /** What to say when these tables are not there. */
  static String lacking(Connection target, String schema, List<String> missing)
      throws SQLException {
    return ControlSchema.hasControl(target, schema)
        ? "the control schema in the target, made by an earlier version, has no table "
            + String.join(", ", missing)
            + " (`reconciler init` adds it)"
        : "the target has no control schema (`reconciler init` creates it)";
  }
}
