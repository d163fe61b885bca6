package io.dualwrite.jdbc.schema;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * One query whose answer changes when the schema or its privileges do, and not when rows do. Of the
 * control schema it sees only which tables there are and who may use them.
 */
final class CatalogFingerprint {
  /** The user schemas; the one parameter is the control schema. */
  static final String USER_SCHEMAS =
      """
      n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' AND n.nspname !~ '^_?timescaledb_' AND n.nspname <> ?""";

  // Sums do not depend on the order of rows. Partitions are named, their columns are their root's.
  private static final String QUERY =
      """
      WITH rel AS MATERIALIZED (
        SELECT c.*, n.nspname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND %s)
      SELECT
        (SELECT count(*) || '.' || coalesce(sum(hashtextextended(concat_ws('/', oid, nspname, relname, relkind, relispartition,
           relrowsecurity, relacl), 0)), 0) FROM rel) || '-' ||
        (SELECT count(*) || '.' || coalesce(sum(hashtextextended(concat_ws('/', a.attrelid, a.attnum, a.attname, a.atttypid,
           a.atttypmod, a.attnotnull, a.atthasdef, a.attidentity, a.attgenerated, a.attcollation, a.attacl), 1)), 0)
         FROM pg_catalog.pg_attribute a JOIN rel ON rel.oid = a.attrelid
         WHERE a.attnum > 0 AND NOT a.attisdropped AND NOT rel.relispartition AND rel.relkind IN ('r', 'p')) || '-' ||
        (SELECT count(*) || '.' || coalesce(sum(hashtextextended(concat_ws('/', i.indexrelid, i.indrelid, i.indisvalid,
           i.indisprimary, i.indimmediate), 2)), 0)
         FROM pg_catalog.pg_index i JOIN rel ON rel.oid = i.indrelid WHERE i.indisunique AND NOT rel.relispartition) || '-' ||
        (SELECT count(*) || '.' || coalesce(sum(hashtextextended(concat_ws('/', k.oid, k.conname, k.condeferrable), 3)), 0)
         FROM pg_catalog.pg_constraint k JOIN rel ON rel.oid = k.conrelid
         WHERE k.contype IN ('f', 'p', 'u') AND NOT rel.relispartition) || '-' ||
        (SELECT count(*) || '.' || coalesce(sum(hashtextextended(concat_ws('/', t.oid, t.tgenabled), 4)), 0)
         FROM pg_catalog.pg_trigger t JOIN rel ON rel.oid = t.tgrelid WHERE NOT t.tgisinternal AND NOT rel.relispartition) || '-' ||
        (SELECT count(*) || '.' || coalesce(sum(hashtextextended(concat_ws('/', r.oid, r.ev_enabled), 5)), 0)
         FROM pg_catalog.pg_rewrite r JOIN rel ON rel.oid = r.ev_class) || '-' ||
        (SELECT count(*) || '.' || coalesce(sum(hashtextextended(concat_ws('/', p.oid, p.proname, p.provolatile, p.xmin), 6)), 0)
         FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE %s) || '-' ||
        (SELECT count(*) || '.' || coalesce(sum(hashtextextended(concat_ws('/', h.inhrelid, h.inhparent), 7)), 0)
         FROM pg_catalog.pg_inherits h JOIN rel ON rel.oid = h.inhrelid) || '-' ||
        (SELECT count(*) || '.' || coalesce(sum(hashtextextended(concat_ws('/', c.oid, c.relacl, n.nspacl), 8)), 0)
         FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = ? AND c.relkind = 'r')
      """
          .formatted(USER_SCHEMAS, USER_SCHEMAS);

  private CatalogFingerprint() {}

  static String of(Connection connection, String controlSchema) throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(QUERY)) {
      query.setString(1, controlSchema);
      query.setString(2, controlSchema);
      query.setString(3, controlSchema);
      try (ResultSet row = query.executeQuery()) {
        row.next();
        return row.getString(1);
      }
    }
  }
}
