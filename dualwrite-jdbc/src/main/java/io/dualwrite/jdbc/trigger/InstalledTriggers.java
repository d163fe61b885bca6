package io.dualwrite.jdbc.trigger;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What of capture by triggers is there in a database, as its catalog says.
 *
 * @param byRelation triggers that run functions of the control schema, by the oid of their table
 * @param functions those functions that are whole: as they were made, and able to write the journal
 * @param unable why the other functions are not
 * @param replicated oids of the tables that a subscription writes
 * @param followsControl whether the trigger on the control table is there and always fires
 */
record InstalledTriggers(
    Map<Long, List<Installed>> byRelation,
    Map<String, String> functions,
    Map<String, String> unable,
    Set<Long> replicated,
    boolean followsControl) {

  /** One trigger. */
  record Installed(
      String relation, String name, char enabled, int type, String function, boolean plain) {}

  private static final String TRIGGERS =
      """
      SELECT t.tgrelid, pg_catalog.format('%I.%I', cn.nspname, c.relname), t.tgname, t.tgenabled, t.tgtype, p.proname,
        t.tgqual IS NULL AND t.tgnargs = 0
          AND coalesce(t.tgnewtable, '"""
          + CaptureEvent.NEW
          + """
      ') = '"""
          + CaptureEvent.NEW
          + "' AND coalesce(t.tgoldtable, '"
          + CaptureEvent.OLD
          + "') = '"
          + CaptureEvent.OLD
          + """
      ' FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid
        JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
        JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid JOIN pg_catalog.pg_namespace cn ON cn.oid = c.relnamespace
      WHERE n.nspname = ? AND NOT t.tgisinternal""";

  private static final String FUNCTIONS =
      """
      SELECT p.proname, p.prosrc,
        CASE WHEN NOT p.prosecdef OR NOT coalesce(p.proconfig @> ARRAY['search_path=pg_catalog, pg_temp'], false) THEN 'was altered'
          WHEN NOT pg_catalog.has_schema_privilege(p.proowner, n.oid, 'USAGE')
            OR (j.oid IS NOT NULL AND NOT pg_catalog.has_table_privilege(p.proowner, j.oid, 'INSERT'))
            OR (k.oid IS NOT NULL AND NOT pg_catalog.has_table_privilege(p.proowner, k.oid, 'SELECT'))
            OR (s.oid IS NOT NULL AND NOT pg_catalog.has_sequence_privilege(p.proowner, s.oid, 'SELECT'))
            THEN 'belongs to a role that may not write the journal any more' END
      FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
        LEFT JOIN pg_catalog.pg_class j ON j.relnamespace = n.oid AND j.relname = 'journal'
        LEFT JOIN pg_catalog.pg_class k ON k.relnamespace = n.oid AND k.relname = 'control'
        LEFT JOIN pg_catalog.pg_class s ON s.relnamespace = n.oid AND s.relname = '"""
          + ControlTrigger.SEQUENCE
          + """
      '
      WHERE n.nspname = ? AND p.proname LIKE 'capture\\_%'""";

  private static final String REPLICATED = "SELECT srrelid FROM pg_catalog.pg_subscription_rel";

  static InstalledTriggers read(Connection connection, String schema) throws SQLException {
    Map<Long, List<Installed>> byRelation = new HashMap<>();
    boolean followsControl = false;
    try (PreparedStatement query = connection.prepareStatement(TRIGGERS)) {
      query.setString(1, schema);
      try (ResultSet row = query.executeQuery()) {
        while (row.next()) {
          Installed trigger =
              new Installed(
                  row.getString(2),
                  row.getString(3),
                  row.getString(4).charAt(0),
                  row.getInt(5),
                  row.getString(6),
                  row.getBoolean(7));
          if (trigger.function().equals(ControlTrigger.NAME)) {
            followsControl |= trigger.enabled() == 'A';
          } else {
            byRelation.computeIfAbsent(row.getLong(1), r -> new ArrayList<>()).add(trigger);
          }
        }
      }
    }
    Map<String, String> functions = new HashMap<>();
    Map<String, String> unable = new HashMap<>();
    try (PreparedStatement query = connection.prepareStatement(FUNCTIONS)) {
      query.setString(1, schema);
      try (ResultSet row = query.executeQuery()) {
        while (row.next()) {
          functions.put(row.getString(1), row.getString(2));
          if (row.getString(3) != null) {
            unable.put(row.getString(1), row.getString(3));
          }
        }
      }
    }
    Set<Long> replicated = new HashSet<>();
    try (PreparedStatement query = connection.prepareStatement(REPLICATED);
        ResultSet row = query.executeQuery()) {
      while (row.next()) {
        replicated.add(row.getLong(1));
      }
    }
    return new InstalledTriggers(byRelation, functions, unable, replicated, followsControl);
  }

  /** Whether the function is there, as it was made. */
  boolean isWhole(CaptureFunction function) {
    return function.body().equals(functions.get(function.name()))
        && !unable.containsKey(function.name());
  }
}
