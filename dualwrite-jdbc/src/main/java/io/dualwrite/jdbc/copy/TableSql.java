package io.dualwrite.jdbc.copy;

import static java.util.stream.Collectors.joining;

import io.dualwrite.Side;
import io.dualwrite.jdbc.schema.Column;
import io.dualwrite.jdbc.schema.Column.Generation;
import io.dualwrite.jdbc.schema.ColumnPair;
import io.dualwrite.jdbc.schema.ColumnText;
import io.dualwrite.jdbc.schema.ForeignKey;
import io.dualwrite.jdbc.schema.Identifiers;
import io.dualwrite.jdbc.schema.KeyText;
import io.dualwrite.jdbc.schema.TablePair;
import io.dualwrite.jdbc.schema.UniqueKey;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * The statements that read and write one table by arrays of texts. One parameter per column, each a
 * {@code text[]}.
 */
final class TableSql {
  /**
   * Types of which equal values are identical, so that a key column of theirs need not be written
   * again.
   */
  private static final Set<String> IDENTICAL_IF_EQUAL =
      Set.of(
          "int2",
          "int4",
          "int8",
          "oid",
          "bool",
          "uuid",
          "date",
          "timestamp",
          "timestamptz",
          "bytea",
          "text",
          "varchar",
          "name");

  private static final String PARAMETER = "pg_catalog.unnest(?::text[])";

  private final TablePair pair;
  private final Side primary;

  /** Keys are given as the primary's columns print them. */
  TableSql(TablePair pair, Side primary) {
    this.pair = pair;
    this.primary = primary;
  }

  /**
   * Rows by key: the position of the key among those given (from 1), then the columns as text, then
   * how many columns the table has by now. Parameters: the key columns.
   */
  String read(Side side) {
    return "SELECT k.n, "
        + columns(side)
        + ", "
        + columnCount(side)
        + " FROM "
        + keys()
        // A subquery of its own for each key: else a plan made while the table was nearly empty
        // would
        // read all of the table, for ever.
        + " CROSS JOIN LATERAL (SELECT * FROM "
        + pair.on(side).name().sql()
        + " t WHERE "
        + matches(side, "t")
        + " OFFSET 0) t";
  }

  /**
   * How many columns the table has by now, or -1 where the key is not unique any more. Computed
   * once per statement, in its snapshot.
   */
  String columnCount(Side side) {
    String table = "'" + pair.on(side).name().sql().replace("'", "''") + "'::pg_catalog.regclass";
    String count =
        "SELECT count(*) FROM pg_catalog.pg_attribute a WHERE a.attrelid = "
            + table
            + " AND a.attnum > 0 AND NOT a.attisdropped";
    if (!conflictKey(side)) {
      return "(" + count + ")";
    }
    int n = pair.key().size();
    String names =
        join(pair.key().stream().map(k -> Identifiers.literal(k.on(side).name())).toList());
    String unique =
        "EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = "
            + table
            + " AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indnkeyatts = "
            + n
            + " AND (SELECT count(*) FROM pg_catalog.pg_attribute a WHERE a.attrelid = i.indrelid"
            + " AND a.attnum = ANY ((i.indkey::pg_catalog.int2[])[0:"
            + (n - 1)
            + "]) AND a.attname IN ("
            + names
            + ")) = "
            + n
            + ")";
    return "(SELECT CASE WHEN " + unique + " THEN (" + count + ") ELSE -1 END)";
  }

  /**
   * The keys, of all rows, that follow a given one in this side's own order. Parameters: the key
   * columns (after first), the limit.
   */
  String nextKeys(Side side, boolean first) {
    String order = names(pair.key(), p -> "t." + p.on(side).sql());
    String after = names(pair.key(), p -> "?::" + p.on(side).type());
    return "SELECT "
        + names(pair.key(), p -> ColumnText.read(p.on(side), "t." + p.on(side).sql()))
        + " FROM "
        + pair.on(side).name().sql()
        + " t"
        + (first ? "" : " WHERE (" + order + ") > (" + after + ")")
        + " ORDER BY "
        + order
        + " LIMIT ?";
  }

  /** Writes rows, whether they are there or not. Parameters: the columns. */
  List<String> upsert(Side side) {
    List<ColumnPair> columns = pair.columns();
    String target = pair.on(side).name().sql();
    String values =
        "SELECT "
            + join(
                IntStream.range(0, columns.size())
                    .mapToObj(i -> ColumnText.write(columns.get(i).on(side), "v.c" + i))
                    .toList())
            + " FROM "
            + unnest(columns.size(), "v", "c");
    boolean overriding =
        columns.stream().anyMatch(c -> c.on(side).generation() == Generation.IDENTITY_ALWAYS);
    String insert =
        "INSERT INTO "
            + target
            + " AS d ("
            + names(columns, p -> p.on(side).sql())
            + ") "
            + (overriding ? "OVERRIDING SYSTEM VALUE " : "")
            + values;
    List<ColumnPair> updated = columns.stream().filter(c -> updatable(c, side)).toList();
    if (conflictKey(side)) {
      String key = "(" + names(pair.key(), p -> p.on(side).sql()) + ")";
      String action =
          updated.isEmpty()
              ? "DO NOTHING"
              : "DO UPDATE SET "
                  + names(updated, p -> p.on(side).sql() + " = EXCLUDED." + p.on(side).sql());
      return List.of(insert + " ON CONFLICT " + key + " " + action);
    }
    // No unique index to conflict on: safe all the same, since whoever writes this table holds its
    // lock.
    String same =
        join(
            pair.key().stream()
                .map(
                    k ->
                        "d."
                            + k.on(side).sql()
                            + " = "
                            + ColumnText.write(k.on(side), "v.c" + columns.indexOf(k)))
                .toList(),
            " AND ");
    String insertMissing =
        insert + " WHERE NOT EXISTS (SELECT 1 FROM " + target + " d WHERE " + same + ")";
    if (updated.isEmpty()) {
      return List.of(insertMissing);
    }
    String set =
        names(
            updated,
            p ->
                p.on(side).sql()
                    + " = "
                    + ColumnText.write(p.on(side), "v.c" + columns.indexOf(p)));
    String update =
        "UPDATE "
            + target
            + " AS d SET "
            + set
            + " FROM "
            + unnest(columns.size(), "v", "c")
            + " WHERE "
            + same;
    return List.of(update, insertMissing);
  }

  /** Deletes rows by key. Parameters: the key columns. */
  String delete(Side side) {
    return "DELETE FROM "
        + pair.on(side).name().sql()
        + " t USING "
        + keys()
        + " WHERE "
        + matches(side, "t");
  }

  /** The keys of rows that refer to these. Parameters: the key columns. */
  String children(Side side, TablePair child, ForeignKey reference) {
    return "SELECT "
        + names(child.key(), p -> ColumnText.read(p.on(side), "c." + p.on(side).sql()))
        + " FROM "
        + keys()
        + " JOIN "
        + pair.on(side).name().sql()
        + " t ON "
        + matches(side, "t")
        + " JOIN "
        + child.on(side).name().sql()
        + " c ON "
        + join(
            IntStream.range(0, reference.columns().size())
                .mapToObj(
                    i ->
                        "c."
                            + Identifiers.quote(reference.columns().get(i))
                            + " = t."
                            + Identifiers.quote(reference.parentColumns().get(i)))
                .toList(),
            " AND ");
  }

  /**
   * Positions of the keys that the journal or the set-aside entries name. Parameters: the key
   * columns, the table's identity three times.
   */
  String pending(Side primary, String journal, String setAside) {
    int n = pair.key().size();
    List<String> wanted = new ArrayList<>();
    List<String> named = new ArrayList<>();
    List<String> columns = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      Column key = pair.key().get(i).on(primary);
      wanted.add(cast(key, "k.k" + i) + " AS k" + i);
      named.add(cast(key, "j.key[" + (i + 1) + "]"));
      columns.add("u.k" + i);
    }
    String by = " j.table_name = ? AND j.key_id = " + pair.keyId();
    String entries = "SELECT " + join(named) + ", NULL FROM %s j WHERE j.key IS NOT NULL AND" + by;
    List<String> inside = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      Column key = pair.key().get(i).on(primary);
      inside.add(cast(key, "max(v.v) FILTER (WHERE (v.n - 1) % " + n + " = " + i + ")"));
    }
    String several =
        "SELECT l.* FROM "
            + journal
            + " j CROSS JOIN LATERAL (SELECT "
            + join(inside)
            + ", NULL::bigint FROM pg_catalog.unnest(j.keys) WITH ORDINALITY v(v, n) GROUP BY (v.n - 1) / "
            + n
            + ") l WHERE j.keys IS NOT NULL AND"
            + by;
    // Grouped, not joined: a join planned by statistics from when the journal was empty would read
    // all of it for each key.
    return "SELECT pg_catalog.unnest(pg_catalog.array_agg(u.n) FILTER (WHERE u.n IS NOT NULL)) FROM (SELECT "
        + join(wanted)
        + ", k.n FROM "
        + keys()
        + " UNION ALL "
        + entries.formatted(journal)
        + " UNION ALL "
        + several
        + " UNION ALL "
        + entries.formatted(setAside)
        + ") u GROUP BY "
        + join(columns)
        + " HAVING pg_catalog.bool_or(u.n IS NULL)";
  }

  /**
   * Whether the whole table, or a range of it, is named, or a row by a key that is not the present
   * one. Parameters: the table's identity twice.
   */
  String pendingRange(String journal, String setAside) {
    String named =
        "EXISTS (SELECT 1 FROM %s j WHERE j.table_name = ? AND (j.key IS NULL%s OR j.key_id IS DISTINCT FROM "
            + pair.keyId()
            + "))";
    return "SELECT "
        + named.formatted(journal, " AND j.keys IS NULL")
        + " OR "
        + named.formatted(setAside, "");
  }

  private boolean updatable(ColumnPair pairOfColumns, Side side) {
    Column column = pairOfColumns.on(side);
    if (column.generation() == Generation.IDENTITY_ALWAYS) {
      return false;
    }
    return !pair.key().contains(pairOfColumns)
        || !IDENTICAL_IF_EQUAL.contains(column.baseType())
        || !column.deterministicCollation();
  }

  private boolean conflictKey(Side side) {
    Set<String> key = new HashSet<>(pair.key().stream().map(k -> k.on(side).name()).toList());
    return pair.on(side).uniqueKeys().stream()
        .filter(UniqueKey::immediate)
        .anyMatch(u -> key.equals(new HashSet<>(u.columns())));
  }

  private String columns(Side side) {
    return names(pair.columns(), p -> ColumnText.read(p.on(side), "t." + p.on(side).sql()));
  }

  private String keys() {
    return keysOf(Collections.nCopies(pair.key().size(), PARAMETER));
  }

  /** Keys {@code k}, given an expression for the texts of each key column. */
  String keysOf(List<String> columns) {
    String names = IntStream.range(0, columns.size()).mapToObj(i -> "k" + i).collect(joining(", "));
    return "ROWS FROM (" + join(columns) + ") WITH ORDINALITY AS k(" + names + ", n)";
  }

  private static String unnest(int n, String alias, String prefix) {
    String columns = IntStream.range(0, n).mapToObj(i -> prefix + i).collect(joining(", "));
    return "ROWS FROM (" + parameters(n) + ") AS " + alias + "(" + columns + ")";
  }

  private static String parameters(int n) {
    return join(Collections.nCopies(n, PARAMETER));
  }

  /** That a row has the key {@code k}. */
  String matches(Side side, String alias) {
    return join(
        IntStream.range(0, pair.key().size())
            .mapToObj(
                i ->
                    alias
                        + "."
                        + pair.key().get(i).on(side).sql()
                        + " = "
                        + key(pair.key().get(i), side, "k.k" + i))
            .toList(),
        " AND ");
  }

  /**
   * A key's text as a value of this side's column: where the types differ, by way of the type that
   * printed it.
   */
  private String key(ColumnPair column, Side side, String text) {
    Column printed = column.on(primary);
    Column own = column.on(side);
    boolean direct =
        side == primary
            || printed.baseType().equals(own.baseType())
            || printed.typeKind() != 'b'
            || printed.baseType().equals("citext")
            || printed.baseType().equals("ltree");
    return direct
        ? cast(own, text)
        : cast(own, ColumnText.read(printed, KeyText.decode(printed, text)));
  }

  private static String cast(Column column, String text) {
    return ColumnText.write(column, text);
  }

  private static String names(List<ColumnPair> pairs, Function<ColumnPair, String> each) {
    return pairs.stream().map(each).collect(joining(", "));
  }

  private static String join(List<String> parts) {
    return join(parts, ", ");
  }

  private static String join(List<String> parts, String between) {
    return String.join(between, parts);
  }
}
