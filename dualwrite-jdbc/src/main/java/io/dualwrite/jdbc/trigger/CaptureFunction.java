package io.dualwrite.jdbc.trigger;

import io.dualwrite.jdbc.journal.Journal;
import io.dualwrite.jdbc.schema.CapturedTable;
import io.dualwrite.jdbc.schema.Column;
import io.dualwrite.jdbc.schema.Identifiers;
import io.dualwrite.jdbc.schema.KeyText;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The function that a trigger runs: it names the rows of one statement in the journal, as statement
 * capture would. Its name says what is in it, so that tables with the same key share one, and a
 * table whose key has become another is known by its trigger's function.
 *
 * <p>It runs with its owner's privileges and resolves nothing by the caller's search path. It finds
 * the table's name when it runs: a renamed table goes by its new name, a partition by its root's.
 * Where the key's columns are not there any more it names the table as a whole, so that the
 * application's statement does not fail for it.
 *
 * @param event after which it runs
 * @param name its name in the control schema
 * @param body its text
 */
record CaptureFunction(CaptureEvent event, String name, String body) {
  /** The types whose values lie close together; see {@link #runs}. */
  private static final Set<String> WHOLE_NUMBERS = Set.of("int2", "int4", "int8");

  /** From this many rows on, one entry names many of a statement's rows. */
  private static final int MANY = 64;

  /** From here on there is {@code MERGE}. */
  private static final int MERGES = 150000;

  /**
   * A {@code MERGE} that moves a row from one partition to another puts it in none of the
   * transition tables of its updates. So where the update of a partitioned table may be one's, the
   * table is named as a whole. What fired the trigger is told by the stack of calls and the
   * client's text.
   */
  private static final String UNLESS_MERGE =
      """
        IF root IS NOT NULL THEN
          GET DIAGNOSTICS calls = PG_CONTEXT;
          calls := calls || ' ' || coalesce(current_query(), 'merge');
          IF calls ~* {merge}
            OR (calls ~* {execute} AND EXISTS (SELECT FROM pg_prepared_statements s WHERE s.statement ~* {merge}))
            OR (calls ~ 'SQL function' AND EXISTS (SELECT FROM pg_proc p WHERE position('SQL function "' || p.proname || '"' IN calls) > 0
              AND coalesce(pg_get_function_sqlbody(p.oid), p.prosrc) ~* {merge})) THEN
            {whole}      RETURN NULL;
          END IF;
        END IF;
      """
          .replace("{merge}", word("merge"))
          .replace("{execute}", word("execute"));

  /** No backslash: its meaning depends on a session's standard_conforming_strings. */
  private static String word(String word) {
    return "'(^|[^a-z0-9_])" + word + "([^a-z0-9_]|$)'";
  }

  static CaptureFunction of(
      CaptureEvent event,
      TriggerNames names,
      String migration,
      CapturedTable table,
      int serverVersion) {
    String body = body(event, names, migration, table, serverVersion);
    return new CaptureFunction(
        event, "capture_" + event.label() + "_" + TriggerNames.hash(body), body);
  }

  /** Creates it, or puts it right. */
  String create(TriggerNames names) {
    return "CREATE OR REPLACE FUNCTION "
        + names.sql(name)
        + "() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS "
        + Dollars.quote(body);
  }

  private static String body(
      CaptureEvent event,
      TriggerNames names,
      String migration,
      CapturedTable table,
      int serverVersion) {
    boolean mayMerge = event == CaptureEvent.UPDATE && serverVersion >= MERGES;
    String whole = whole(names.sql("journal"));
    return """
        DECLARE
          rests boolean;
          turn bigint;
          root regclass;
          table_of text;
          many bigint;
          calls text;
        BEGIN
          SELECT c.kill_switch OR c.phase <> 'SOURCE_PRIMARY', c.capture_turn INTO rests, turn
            FROM {control} c WHERE c.migration = {migration};
          IF rests THEN
            -- A snapshot may be older than the release; the sequence has none.
            IF turn = (SELECT s.last_value FROM {turns} s) THEN
              RETURN NULL;
            END IF;
          END IF;
          root := pg_partition_root(TG_RELID);
          IF root IS NULL OR root = TG_RELID THEN
            table_of := TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME;
          ELSE
            SELECT n.nspname || '.' || c.relname INTO table_of
              FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = root;
          END IF;
        {unless}{work}
          RETURN NULL;
        END
        """
        .replace("{control}", names.sql("control"))
        .replace("{turns}", names.sql(ControlTrigger.SEQUENCE))
        .replace("{migration}", Identifiers.literal(migration))
        .replace("{unless}", mayMerge ? UNLESS_MERGE.replace("{whole}", whole) : "")
        .replace("{work}", work(event, names.sql("journal"), table).stripTrailing());
  }

  private static String work(CaptureEvent event, String journal, CapturedTable table) {
    String whole = whole(journal);
    if (event == CaptureEvent.TRUNCATE) {
      return "  " + whole;
    }
    List<Column> columns =
        table.key().isEmpty() ? table.rangeColumn().map(List::of).orElse(List.of()) : table.key();
    String ifAny = event.hasOldRows() ? CaptureEvent.OLD : CaptureEvent.NEW;
    String wholeIfAny = "IF EXISTS (SELECT FROM " + ifAny + ") THEN " + whole.strip() + " END IF;";
    if (columns.isEmpty()) {
      return "  " + wholeIfAny + "\n";
    }
    String named =
        table.key().isEmpty()
            ? ranges(event, journal, table, columns.get(0))
            : rows(event, journal, table);
    return """
          BEGIN
            SELECT count(*) INTO many FROM (SELECT {columns} FROM {rows} r LIMIT {many}) q;
          EXCEPTION WHEN syntax_error_or_access_rule_violation THEN
            {whole}
            RETURN NULL;
          END;
        {named}
        """
        .replace("{columns}", keys(columns, "r"))
        .replace("{rows}", ifAny)
        .replace("{many}", Integer.toString(MANY))
        .replace("{whole}", wholeIfAny)
        .replace("{named}", named.stripTrailing());
  }

  private static String whole(String journal) {
    return "INSERT INTO " + journal + " (table_name) VALUES (table_of);\n";
  }

  private static String rows(CaptureEvent event, String journal, CapturedTable table) {
    String each =
        "INSERT INTO "
            + journal
            + " (table_name, key_id, key) SELECT table_of, "
            + table.keyId()
            + ", k.key FROM ("
            + both(event, "SELECT ARRAY[" + keys(table.key(), "r") + "] AS key FROM %s r")
            + ") k;";
    Column first = table.key().get(0);
    boolean numbers =
        table.key().size() == 1
            && first.typeKind() == 'b'
            && WHOLE_NUMBERS.contains(first.baseType());
    return "  IF many < "
        + MANY
        + " THEN\n    "
        + each
        + "\n  ELSE\n"
        + (numbers
            ? runs(event, journal, table.keyId(), first)
            : together(event, journal, table).indent(4))
        + "  END IF;\n";
  }

  /** One entry for many rows. */
  private static String together(CaptureEvent event, String journal, CapturedTable table) {
    return "INSERT INTO "
        + journal
        + " (table_name, key_id, keys) SELECT table_of, "
        + table.keyId()
        + ", array_agg(k.key) FROM (SELECT a.key, (row_number() OVER () - 1) / "
        + Journal.MOST_KEYS
        + " AS block, "
        + table.slice(i -> "a.key[" + (i + 1) + "]").orElse("0")
        + " AS slice FROM ("
        + both(event, "SELECT ARRAY[" + keys(table.key(), "r") + "] AS key FROM %s r")
        + ") a) k GROUP BY k.slice, k.block;";
  }

  /**
   * Numbers that lie close together are named by one entry from the smallest to the largest of each
   * 256 numbers, which are of one slice of the table: naming a row too many does no harm.
   */
  private static String runs(CaptureEvent event, String journal, int keyId, Column key) {
    return """
            INSERT INTO {journal} (table_name, key_id, key, range_from, range_to)
            WITH numbers AS MATERIALIZED ({numbers}),
              blocks AS MATERIALIZED (SELECT n.number >> 8 AS block, min(n.number) AS low, max(n.number) AS high,
                max(n.number) - min(n.number) < 4 * count(*) AND count(*) > 8 AS dense FROM numbers n GROUP BY 1)
            SELECT table_of, {id}, NULL::text[], b.low::text, b.high::text FROM blocks b WHERE b.dense
            UNION ALL SELECT table_of, {id}, ARRAY[n.number::text], NULL, NULL
              FROM numbers n JOIN blocks b ON b.block = n.number >> 8 WHERE NOT b.dense;
        """
        .replace("{journal}", journal)
        .replace("{id}", Integer.toString(keyId))
        .replace("{numbers}", both(event, "SELECT r." + key.sql() + "::int8 AS number FROM %s r"));
  }

  private static String ranges(
      CaptureEvent event, String journal, CapturedTable table, Column column) {
    return "  INSERT INTO "
        + journal
        + " (table_name, key_id, range_from, range_to) SELECT table_of, "
        + table.keyId()
        + ", k.at, k.at FROM ("
        + both(
            event,
            "SELECT DISTINCT " + KeyText.encode(column, "r." + column.sql()) + " AS at FROM %s r")
        + ") k;\n";
  }

  /** Of the rows before and after, each once. */
  private static String both(CaptureEvent event, String select) {
    if (event == CaptureEvent.UPDATE) {
      return select.formatted(CaptureEvent.NEW) + " UNION " + select.formatted(CaptureEvent.OLD);
    }
    return select.formatted(event.hasOldRows() ? CaptureEvent.OLD : CaptureEvent.NEW);
  }

  private static String keys(List<Column> columns, String alias) {
    return columns.stream()
        .map(column -> KeyText.encode(column, alias + "." + column.sql()))
        .collect(Collectors.joining(", "));
  }
}
