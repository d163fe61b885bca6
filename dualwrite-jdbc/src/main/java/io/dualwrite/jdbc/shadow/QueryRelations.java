package io.dualwrite.jdbc.shadow;

import io.dualwrite.jdbc.capture.QueryText;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * What a query reads on one side, as the server understands it: having parsed it, the server holds
 * a lock on each table and view in it, views' own tables included.
 *
 * @param tables the tables, {@code schema.name}
 * @param names all names in the query and in its views
 * @param calls those that are called
 * @param plain whether every relation is a table
 * @param readable whether every relation is a table, or a view that could be read as a query of its
 *     own
 */
record QueryRelations(
    Set<String> tables, Set<String> names, Set<String> calls, boolean plain, boolean readable) {

  private static final String LOCKED =
      """
      SELECT n.nspname || '.' || c.relname, c.relkind, CASE WHEN c.relkind = 'v' THEN pg_catalog.pg_get_viewdef(c.oid) END
      FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_class c ON c.oid = l.relation
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE l.locktype = 'relation' AND l.pid = pg_catalog.pg_backend_pid() AND n.nspname <> 'pg_catalog'
        AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())""";

  private static final String FUNCTIONS =
      """
      SELECT p.proname, n.nspname = 'pg_catalog', p.provolatile = 'i' AND p.prokind = 'f', p.provolatile = 'v', p.proretset
      FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
      WHERE p.proname = ANY (?)
        AND p.prorettype NOT IN ('pg_catalog.trigger'::pg_catalog.regtype, 'pg_catalog.event_trigger'::pg_catalog.regtype)""";

  /** Of a query, parsed in this transaction, in which nothing was read before. */
  static QueryRelations of(QueryText text, ShadowRead read, ReadTransaction transaction)
      throws SQLException {
    try (PreparedStatement query = transaction.prepare(read)) {
      query.getMetaData();
    }
    Set<String> tables = new HashSet<>();
    Set<String> names = new HashSet<>(text.names());
    Set<String> calls = new HashSet<>(text.calls());
    boolean plain = true;
    boolean readable = true;
    try (PreparedStatement locked = transaction.connection().prepareStatement(LOCKED);
        ResultSet rows = locked.executeQuery()) {
      while (rows.next()) {
        String definition = rows.getString(3);
        boolean table = "r".equals(rows.getString(2)) || "p".equals(rows.getString(2));
        plain &= table;
        if (table) {
          tables.add(rows.getString(1));
        } else if (definition == null) {
          readable = false;
        } else {
          Optional<QueryText> view = QueryText.of(definition);
          readable &= view.isPresent() && !view.get().limited() && !view.get().rowsVary();
          view.ifPresent(v -> names.addAll(v.names()));
          view.ifPresent(v -> calls.addAll(v.calls()));
        }
      }
    }
    return new QueryRelations(tables, names, calls, plain, readable);
  }

  /** What the functions in a query mean for its answer. */
  enum Functions {
    /** The same rows give the same answer, and no function makes rows. */
    STEADY,
    /** The same rows give the same answer; a function makes rows. */
    MAKE_ROWS,
    /** The answer may depend on more than the rows. */
    UNSTEADY
  }

  /**
   * What its functions do. One of the users' own that is not immutable may read tables that nobody
   * knows of; any name may be such a function's, since PostgreSQL also calls {@code f} in {@code
   * t.f}.
   */
  Functions functions(Connection connection) throws SQLException {
    Functions found = Functions.STEADY;
    Array all = connection.createArrayOf("text", names.toArray());
    try (PreparedStatement functions = connection.prepareStatement(FUNCTIONS)) {
      functions.setArray(1, all);
      try (ResultSet row = functions.executeQuery()) {
        while (row.next()) {
          boolean builtIn = row.getBoolean(2);
          boolean called = calls.contains(row.getString(1));
          boolean steady = builtIn ? !called || !row.getBoolean(4) : row.getBoolean(3);
          if (!steady) {
            return Functions.UNSTEADY;
          }
          if (called && row.getBoolean(5)) {
            found = Functions.MAKE_ROWS;
          }
        }
      }
    } finally {
      all.free();
    }
    return found;
  }
}
