package io.dualwrite.jdbc.copy;

import static java.util.stream.Collectors.joining;

import io.dualwrite.Side;
import io.dualwrite.jdbc.schema.Column;
import io.dualwrite.jdbc.schema.Identifiers;
import io.dualwrite.jdbc.schema.Slices;
import io.dualwrite.jdbc.schema.TablePair;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What must be true of a table for a slice of it to be delivered alone, asked of the servers where
 * it cannot change any more until the transaction ends: on the secondary behind a lock that keeps
 * the table's definition, on the primary in the snapshot, behind such a lock.
 *
 * <p>The slice of a row on the secondary is told by its primary key there, which all instances see
 * alike, whatever their configuration and however old what they know of the schema is.
 */
final class SliceFacts {
  private static final String COLUMN =
      "a.attname || ' ' || CASE WHEN t.typnamespace = 'pg_catalog'::pg_catalog.regnamespace THEN t.typname ELSE '?' END"
          + " || CASE WHEN coalesce(l.collisdeterministic, true) THEN ';' ELSE '?' END";

  private static final String TYPES =
      " JOIN pg_catalog.pg_type t ON t.oid = a.atttypid LEFT JOIN pg_catalog.pg_collation l ON l.oid = a.attcollation ";

  private static final String UTF8 = "UTF8";

  private SliceFacts() {}

  /**
   * The primary key's columns, and a mark behind them if anything else ties rows to one another: a
   * constraint, a trigger, a rule.
   */
  static String ofSecondary(Slices slices, CopyContext context) {
    String table = regclass(slices.table(), context.secondary());
    String journal = Identifiers.literal(context.journal().sql());
    return "SELECT coalesce((SELECT string_agg("
        + COLUMN
        + ", '' ORDER BY k.n) FROM pg_catalog.pg_index i"
        + " CROSS JOIN LATERAL pg_catalog.unnest(i.indkey::pg_catalog.int2[]) WITH ORDINALITY k(attnum, n)"
        + " JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum"
        + TYPES
        + "WHERE i.indrelid = c.oid AND i.indisprimary AND i.indisvalid AND i.indimmediate AND k.n <= i.indnkeyatts), '')"
        + " || CASE WHEN c.relkind IN ('r', 'p')"
        + " AND NOT EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND NOT i.indisprimary"
        + " AND (i.indisunique OR i.indisexclusion))"
        + " AND NOT EXISTS (SELECT FROM pg_catalog.pg_rewrite r WHERE r.ev_class = c.oid)"
        + " AND NOT EXISTS (SELECT FROM pg_catalog.pg_trigger g JOIN pg_catalog.pg_proc p ON p.oid = g.tgfoid"
        + " JOIN pg_catalog.pg_namespace f ON f.oid = p.pronamespace WHERE g.tgrelid = c.oid AND (g.tgisinternal OR g.tgenabled <> 'D'"
        // Those that capture write nothing on the secondary.
        + " AND f.nspname !~ '^_timescaledb_' AND f.oid IS DISTINCT FROM (SELECT j.relnamespace FROM pg_catalog.pg_class j"
        + " WHERE j.oid = pg_catalog.to_regclass("
        + journal
        + "))))"
        + " THEN '' ELSE '!' END FROM pg_catalog.pg_class c WHERE c.oid = "
        + table;
  }

  /** The columns of the key that slices are told by. */
  static String ofPrimary(Slices slices, Side side) {
    TablePair pair = slices.table();
    List<Column> key = pair.keyOn(side);
    String names =
        IntStream.range(0, key.size())
            .filter(slices.function()::counts)
            .mapToObj(i -> "(" + i + ", " + Identifiers.literal(key.get(i).name()) + ")")
            .collect(joining(", "));
    return "SELECT coalesce(string_agg("
        + COLUMN
        + ", '' ORDER BY k.n), '')"
        + (slices.function().isNumbered()
            ? ""
            : " || pg_catalog.current_setting('server_encoding')")
        + " FROM (VALUES "
        + names
        + ") k(n, name) JOIN pg_catalog.pg_attribute a ON a.attrelid = "
        + regclass(pair, side)
        + " AND a.attname = k.name AND NOT a.attisdropped"
        + TYPES;
  }

  /**
   * Compares what one of these queries told with what slices are told by.
   *
   * @throws UnfitForSlicesException if it is something else
   */
  static void check(Slices slices, Side side, boolean primary, String told)
      throws UnfitForSlicesException {
    TablePair pair = slices.table();
    List<Column> key = pair.keyOn(side);
    String expected =
        IntStream.range(0, key.size())
            .filter(i -> !primary || slices.function().counts(i))
            .mapToObj(i -> key.get(i).name() + " " + key.get(i).baseType() + ";")
            .collect(joining());
    if (!told.equals(expected + (primary && !slices.function().isNumbered() ? UTF8 : ""))) {
      throw new UnfitForSlicesException(
          pair.name() + " cannot be delivered in slices, as it is on the " + side.label());
    }
  }

  private static String regclass(TablePair pair, Side side) {
    return Identifiers.literal(pair.on(side).name().sql()) + "::pg_catalog.regclass";
  }
}
