package io.dualwrite.jdbc.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.capture.CapturePlan.Captured;
import io.dualwrite.jdbc.capture.CapturePlan.PassThrough;
import io.dualwrite.jdbc.capture.CapturePlan.SchemaChange;
import io.dualwrite.jdbc.capture.CapturePlan.SessionChange;
import io.dualwrite.jdbc.capture.CapturePlan.TransactionControl;
import io.dualwrite.jdbc.capture.CapturePlan.Unmirrored;
import io.dualwrite.testing.Guarantee;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Guarantee("G8")
class CapturePlannerTest {
  private static final RequestedKeys.Columns ID = new RequestedKeys.Columns(List.of("id", "B b"));

  private final CapturePlanner planner = new CapturePlanner("dualwrite", 170011);
  private final CapturePlanner planner18 = new CapturePlanner("dualwrite", 180006);

  private CapturePlan plan(String sql) throws SQLException {
    return planner.plan(sql, RequestedKeys.NONE, new Tables(), CapturePlannerTest::noNames);
  }

  private static List<String> noNames(String sql) {
    throw new AssertionError("asked for labels: " + sql);
  }

  /** One word for a plan. */
  private static String kind(CapturePlan plan) {
    if (plan instanceof Captured captured) {
      return captured.besides() == null ? "captured" : "captured+" + captured.besides().reason();
    } else if (plan instanceof Unmirrored unmirrored) {
      return unmirrored.reason();
    } else if (plan instanceof TransactionControl control) {
      return control.kind().name();
    } else if (plan instanceof SchemaChange change) {
      return "schema"
          + (change.createsTemporary() ? "+temp" : "")
          + (change.touchesMirrored() ? "+mirrored" : "");
    } else if (plan instanceof SessionChange) {
      return "session";
    }
    assertThat(plan).isInstanceOf(PassThrough.class);
    return "pass";
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          SELECT 1 | pass
          -- INSERT INTO t | pass
          ``| pass
          ; ; /* nothing */ ; | pass
          /* a /* b */ INSERT INTO t */ SELECT * FROM t WHERE a = 'INSERT INTO t' FOR UPDATE | pass
          ((SELECT a FROM t) UNION (SELECT 2)) ORDER BY 1 | pass
          VALUES (1), (2) | pass
          TABLE t | pass
          SELECT count(*) FILTER (WHERE a IN (1, 2)), coalesce(b, ''), cast(a AS numeric(3,1)) FROM t | pass
          SELECT a FROM t FOR NO KEY UPDATE OF t SKIP LOCKED | pass
          SELECT writes() | function
          SELECT app . writes(1) | function
          SELECT "Writes" /* x */ (1) | function
          SELECT 1 FROM t, LATERAL writes(a) w | function
          VALUES (writes()) | function
          WITH x AS (SELECT writes()) SELECT * FROM x | function
          SELECT lo_create(0) | large-object
          SELECT pg_catalog.lo_put(1, 2, 'x') | large-object
          SELECT set_config('search_path', 'x', false) | session
          SELECT a INTO x FROM t | schema
          SELECT a INTO TEMP x FROM t | schema+temp
          SELECT a AS into FROM t | pass
          WITH q AS (SELECT 1) SELECT * FROM q | pass
          WITH q AS (INSERT INTO audit VALUES (1) RETURNING id) SELECT * FROM q | pass
          WITH q AS (INSERT INTO t VALUES (1) RETURNING id) SELECT * FROM q | cte
          WITH q AS (UPDATE t SET a = 1 RETURNING id) SELECT * FROM q | cte
          WITH q AS (DELETE FROM ONLY t RETURNING id) INSERT INTO audit SELECT * FROM q | cte
          WITH q AS (WITH p AS (SELECT 1) DELETE FROM t RETURNING id) INSERT INTO audit SELECT * FROM q | cte
          WITH q AS (DELETE FROM v RETURNING id) INSERT INTO audit SELECT * FROM q | view
          WITH q AS (DELETE FROM audit RETURNING id) INSERT INTO t SELECT * FROM q | captured
          (WITH q AS (DELETE FROM t RETURNING id) SELECT 1) | cte
          WITH RECURSIVE q(n) AS (SELECT 1 UNION ALL SELECT n FROM q) SEARCH DEPTH FIRST BY n SET o CYCLE n SET c USING p DELETE FROM t USING q WHERE q.n = id | captured
          INSERT INTO t VALUES (1) | captured
          INSERT INTO t VALUES (writes()) | captured+function
          INSERT INTO t SELECT set_config('a.b', 'c', true) | captured+session
          INSERT INTO audit VALUES (writes()) | function
          INSERT INTO audit VALUES (1) | pass
          INSERT INTO v VALUES (1) | view
          INSERT INTO nowhere VALUES (1) | pass
          INSERT INTO U&"\\0074" VALUES (1) | unknown
          INSERT t VALUES (1) | unknown
          INSERT INTO t ON | unknown
          INSERT | unknown
          UPDATE t | unknown
          UPDATE t SET | unknown
          UPDATE t SET a | unknown
          UPDATE t SET a = 1 | captured
          UPDATE t SET U&"\\0069d" = 1 | unknown
          UPDATE t FOR PORTION OF p FROM 1 TO 2 SET a = 1 | unknown
          UPDATE audit SET a = 1 | pass
          UPDATE t SET id = 5 WHERE CURRENT OF c | key-change
          UPDATE t SET id = x.id FROM x RETURNING * | key-change
          UPDATE t SET a = 5 WHERE CURRENT OF c | captured
          INSERT INTO t VALUES (1) RETURNING WITH (OLD AS o) o.id | returning
          DELETE FROM t | captured
          DELETE FROM t WHERE a = 1 | captured
          DELETE t | unknown
          DELETE FROM t x y | unknown
          MERGE INTO t USING audit ON true WHEN MATCHED THEN DELETE | merge
          MERGE INTO audit USING t ON true WHEN MATCHED THEN DELETE | pass
          MERGE INTO v USING t ON true WHEN MATCHED THEN DELETE | view
          WITH q AS (SELECT 1) MERGE INTO ONLY t USING q ON true WHEN MATCHED THEN DO NOTHING | merge
          TRUNCATE t | captured
          TRUNCATE TABLE ONLY audit, whole * RESTART IDENTITY | captured
          TRUNCATE audit | pass
          TRUNCATE audit CASCADE | captured
          TRUNCATE v | view
          COPY t FROM STDIN | copy
          COPY t (id, a) FROM '/x' | copy
          COPY t TO STDOUT | pass
          COPY audit FROM STDIN | pass
          COPY (SELECT * FROM t) TO STDOUT | pass
          COPY (DELETE FROM t RETURNING id) TO STDOUT | copy
          CALL p() | call
          {call p(?)} | call
          {? = call lower(?)} | pass
          {?= call writes(?)} | function
          DO $$ BEGIN DELETE FROM t; END $$ | do
          EXPLAIN DELETE FROM t | pass
          EXPLAIN ANALYZE DELETE FROM t | explain
          EXPLAIN (ANALYZE, BUFFERS) WITH x AS (SELECT 1) DELETE FROM t | explain
          EXPLAIN ANALYZE VERBOSE SELECT * FROM t | pass
          EXPLAIN (COSTS off) DELETE FROM t | pass
          EXPLAIN (SELECT 1) | pass
          EXPLAIN ANALYZE EXECUTE p | explain
          PREPARE p AS DELETE FROM t | prepare
          EXECUTE p(1) | prepare
          DEALLOCATE p | pass
          DECLARE c CURSOR FOR SELECT * FROM t FOR UPDATE | pass
          FETCH 10 FROM c | pass
          LOCK TABLE t | pass
          GRANT SELECT ON t TO x | schema
          VACUUM t | pass
          SHOW search_path | pass
          SET search_path = x | session
          SET LOCAL search_path TO x | session
          SET SESSION SCHEMA 'x' | session
          SET "search_path" TO x | session
          SET ROLE x | session
          SET SESSION AUTHORIZATION x | session
          SET TIME ZONE 'UTC' | pass
          SET work_mem = '1MB' | pass
          SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY | pass
          SET CONSTRAINTS ALL DEFERRED | pass
          SET standard_conforming_strings = off | session
          SET standard_conforming_strings = on | pass
          RESET ALL | session
          DISCARD ALL | session
          BEGIN | BEGIN
          /* x */ start transaction read only; | BEGIN
          COMMIT AND CHAIN | COMMIT
          end | COMMIT
          COMMIT PREPARED 'x' | TWO_PHASE
          PREPARE TRANSACTION 'x' | TWO_PHASE
          ROLLBACK | ROLLBACK
          ABORT | ROLLBACK
          ROLLBACK TO s | SAVEPOINT
          ROLLBACK WORK TO SAVEPOINT s | SAVEPOINT
          SAVEPOINT s | SAVEPOINT
          RELEASE s | SAVEPOINT
          CREATE TABLE x (id int DEFAULT writes()) | schema
          CREATE TEMP TABLE x (id int) | schema+temp
          CREATE LOCAL TEMPORARY TABLE x (id int) | schema+temp
          CREATE TABLE pg_temp.x (id int) | schema+temp
          CREATE TABLE x AS SELECT writes() | function
          CREATE TABLE x AS WITH q AS (DELETE FROM t RETURNING id) SELECT * FROM q | cte
          CREATE TABLE x AS EXECUTE p | prepare
          CREATE VIEW x AS SELECT writes() | schema
          CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; DELETE FROM t; END | schema
          CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; END; DELETE FROM t | multiple
          CREATE RULE r AS ON INSERT TO audit DO (DELETE FROM t; DELETE FROM t) | schema
          ALTER TABLE t ADD x int | schema+mirrored
          ALTER TABLE IF EXISTS ONLY t ADD x int | schema+mirrored
          ALTER TABLE audit ADD x int | schema
          ALTER SCHEMA x RENAME TO y | schema+mirrored
          ALTER INDEX i RENAME TO j | schema
          ALTER SYSTEM SET x = 1 | pass
          DROP TABLE audit | schema
          DROP TABLE IF EXISTS audit, t CASCADE | schema+mirrored
          DROP SCHEMA x CASCADE | schema+mirrored
          DROP INDEX i | schema
          SELECT 1; SELECT 2; | pass
          INSERT INTO audit VALUES (1); SELECT 2; | pass
          DELETE FROM t; | captured
          ;DELETE FROM t; ; | captured
          SELECT 1; DELETE FROM t | multiple
          BEGIN; SELECT 1 | BEGIN
          BEGIN; DELETE FROM t; COMMIT | multiple
          BEGIN; CREATE TABLE x () | multiple
          SET search_path = x; SHOW search_path | session
          SET search_path = x; DELETE FROM audit | multiple
          CREATE TEMP TABLE x (); DROP TABLE t | schema+temp+mirrored
          FROBNICATE t | unknown
          42 | unknown
          $$ never closed | unknown
          INSERT INTO t VALUES ('never closed) | unknown
          SELECT (1 | unknown
          SELECT 1) | unknown
          /* never closed SELECT 1 | unknown
          ınsert into t values (1) | unknown
          """)
  void everyTextHasItsPlan(String sql, String expected) throws SQLException {
    assertThat(kind(plan(sql == null ? "" : sql))).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "INSERT INTO t (a) VALUES ($q$ ) RETURNING $q$)",
        "INSERT INTO t (a) VALUES (E'\\') RETURNING ')",
        "INSERT INTO t (a) VALUES (E'x'\n -- c\n '\\') RETURNING ')",
        "INSERT INTO t (a) SELECT 1 AS returning",
        "INSERT INTO t (a) SELECT x.returning FROM x",
        "INSERT INTO t (a) VALUES (B'1', X'1F', N'x', U&'\\0041', 1_000, 0x1F, 1.5e-3, .5)",
        "DELETE FROM t WHERE b @> '{}' AND a -1 > 0 AND b ?? 'x' AND b ??| array['x'] AND c->>'d' = 'e'",
        "DELETE FROM t WHERE a = $1::int AND b = 'x'::text[]"
      })
  void whatLooksLikeReturningIsNot(String sql) throws SQLException {
    Captured captured = (Captured) plan(sql);
    String key = sql.startsWith("DELETE") ? "t.\"id\"" : "t.\"id\"";
    assertThat(captured.journaling())
        .isEqualTo(
            "WITH dw(dwk1) AS ("
                + sql
                + " RETURNING "
                + key
                + "::pg_catalog.text) INSERT INTO \"dualwrite\".journal (table_name, key) SELECT 'public.t', ARRAY[dwk1] FROM dw");
    assertThat(captured.returningKeys())
        .isEqualTo(
            sql + " RETURNING 'public.t'::pg_catalog.text, ARRAY[" + key + "::pg_catalog.text]");
  }

  private void rewrites(CapturePlanner by, String sql, RequestedKeys keys, String expected)
      throws SQLException {
    Captured captured =
        (Captured) by.plan(sql, keys, new Tables(), text -> List.of("described by", text));
    assertThat(captured.journaling()).isEqualTo(expected);
  }

  @Test
  void rowsGivenBackComeOutOfTheWithQuery() throws SQLException {
    rewrites(
        planner,
        "/* h */ INSERT INTO t AS x (a) VALUES (?) RETURNING id, a AS \"My A\", x.b, * ; -- end",
        RequestedKeys.NONE,
        "/* h */ WITH dw(dwk1, \"returning\", dwu1, dwu2, dwu3, dwu4, dwu5, dwu6) AS (INSERT INTO t AS x (a) VALUES (?) RETURNING"
            + " x.\"id\"::pg_catalog.text, true, id, a AS \"My A\", x.b, *), dwj AS (INSERT INTO \"dualwrite\".journal (table_name, key)"
            + " SELECT 'public.t', ARRAY[dwk1] FROM dw) SELECT dwu1 AS \"id\", dwu2 AS \"My A\", dwu3 AS \"b\", dwu4 AS \"id\", dwu5 AS \"a\","
            + " dwu6 AS \"b\" FROM dw WHERE dw.returning ; -- end");
    rewrites(
        planner,
        "DELETE FROM t RETURNING lower(b)",
        RequestedKeys.ALL,
        "WITH dw(dwk1, \"returning\", dwu1, dwu2) AS (DELETE FROM t RETURNING t.\"id\"::pg_catalog.text, true, lower(b)), dwj AS (INSERT INTO"
            + " \"dualwrite\".journal (table_name, key) SELECT 'public.t', ARRAY[dwk1] FROM dw) SELECT dwu1 AS \"described by\", dwu2 AS"
            + " \"DELETE FROM t RETURNING lower(b)\" FROM dw WHERE dw.returning");
  }

  @Test
  void generatedKeysAreReturnedAsPgjdbcWould() throws SQLException {
    rewrites(
        planner,
        "INSERT INTO t VALUES (?)",
        RequestedKeys.ALL,
        "WITH dw(dwk1, \"returning\", dwu1, dwu2, dwu3) AS (INSERT INTO t VALUES (?) RETURNING t.\"id\"::pg_catalog.text, true, *), dwj AS (INSERT"
            + " INTO \"dualwrite\".journal (table_name, key) SELECT 'public.t', ARRAY[dwk1] FROM dw) SELECT dwu1 AS \"id\", dwu2 AS \"a\", dwu3 AS"
            + " \"b\" FROM dw WHERE dw.returning");
    rewrites(
        planner,
        "INSERT INTO t VALUES (?)",
        ID,
        "WITH dw(dwk1, \"returning\", dwu1, dwu2) AS (INSERT INTO t VALUES (?) RETURNING t.\"id\"::pg_catalog.text, true, \"id\", \"B b\"), dwj AS"
            + " (INSERT INTO \"dualwrite\".journal (table_name, key) SELECT 'public.t', ARRAY[dwk1] FROM dw) SELECT dwu1 AS \"id\", dwu2 AS \"B b\""
            + " FROM dw WHERE dw.returning");
    rewrites(
        planner,
        "INSERT INTO t_part VALUES (?)",
        RequestedKeys.ALL,
        "WITH dw(dwk1, \"returning\", dwu1, dwu2) AS (INSERT INTO t_part VALUES (?) RETURNING t_part.\"id\"::pg_catalog.text, true, *), dwj AS (INSERT"
            + " INTO \"dualwrite\".journal (table_name, key) SELECT 'public.t', ARRAY[dwk1] FROM dw) SELECT dwu1 AS \"described by\", dwu2 AS"
            + " \"INSERT INTO t_part VALUES (?) RETURNING *\" FROM dw WHERE dw.returning");
  }

  @Test
  void withListsStayInFront() throws SQLException {
    rewrites(
        planner,
        "WITH a AS (SELECT 1), dw1_x AS (SELECT 2) DELETE FROM app.\"Order Items\" dw USING a",
        RequestedKeys.NONE,
        "WITH a AS (SELECT 1), dw1_x AS (SELECT 2), dw2_(dw2_k1, dw2_k2) AS ( DELETE FROM app.\"Order Items\" dw USING a RETURNING dw.\"Order"
            + " Id\"::pg_catalog.text, (pg_catalog.to_json(dw.\"at\") #>> '{}')) INSERT INTO \"dualwrite\".journal (table_name, key) SELECT 'app.Order"
            + " Items', ARRAY[dw2_k1, dw2_k2] FROM dw2_");
  }

  @Test
  void tablesWithoutKeyAreNamedByRangeOrWhole() throws SQLException {
    rewrites(
        planner,
        "INSERT INTO ranged VALUES (now())",
        RequestedKeys.NONE,
        "WITH dw(dwk1) AS (INSERT INTO ranged VALUES (now()) RETURNING (pg_catalog.to_json(ranged.\"at\") #>> '{}')) INSERT INTO"
            + " \"dualwrite\".journal (table_name, range_from, range_to) SELECT 'public.ranged', dwk1, dwk1 FROM dw");
    rewrites(
        planner,
        "DELETE FROM whole",
        RequestedKeys.NONE,
        "WITH dw(\"returning\") AS (DELETE FROM whole RETURNING true) INSERT INTO \"dualwrite\".journal (table_name) SELECT 'public.whole' FROM dw");
    rewrites(
        planner,
        "UPDATE ranged SET at = now()",
        RequestedKeys.NONE,
        "WITH dw(\"returning\") AS (UPDATE ranged SET at = now() RETURNING true) INSERT INTO \"dualwrite\".journal (table_name) SELECT"
            + " 'public.ranged' FROM dw");
  }

  @Test
  void truncationIsJournaledBefore() throws SQLException {
    Captured captured = (Captured) plan("TRUNCATE t, audit CASCADE");
    assertThat(captured.before())
        .isEqualTo(
            "INSERT INTO \"dualwrite\".journal (table_name) VALUES ('public.t'), ('app.Order Items')");
    assertThat(captured.journaling()).isEqualTo("TRUNCATE t, audit CASCADE");
    assertThat(captured.tables()).containsExactly(Tables.T, Tables.ITEMS);
  }

  @Test
  void keysBeforeAndAfterAChangeAreJournaled() throws SQLException {
    rewrites(
        planner,
        "UPDATE t SET id = ? WHERE a = ? OR b IS NULL",
        RequestedKeys.NONE,
        "WITH dw(dwk1, dwo1) AS (UPDATE t SET id = ? WHERE ( a = ? OR b IS NULL) AND pg_catalog.set_config('dualwrite.old_4711',"
            + " ARRAY[t.\"id\"::pg_catalog.text]::pg_catalog.text, true) IS NOT NULL RETURNING t.\"id\"::pg_catalog.text,"
            + " pg_catalog.current_setting('dualwrite.old_4711', true)), dwjo AS (INSERT INTO \"dualwrite\".journal (table_name, key) SELECT"
            + " 'public.t', NULLIF(dwo1, '')::pg_catalog.text[] FROM dw WHERE NULLIF(dwo1, '')::pg_catalog.text[] <> ARRAY[dwk1]) INSERT INTO"
            + " \"dualwrite\".journal (table_name, key) SELECT 'public.t', ARRAY[dwk1] FROM dw");
    rewrites(
        planner,
        "UPDATE t SET id = ? FROM audit WHERE t.a = ? OR b IS NULL",
        RequestedKeys.NONE,
        "WITH dw(dwk1, dwo1) AS (UPDATE t SET id = ? FROM (SELECT \"id\" AS dwo1 FROM t) dw_old, audit WHERE ( t.a = ? OR b IS NULL) AND"
            + " dw_old.dwo1 = t.\"id\" RETURNING t.\"id\"::pg_catalog.text, dw_old.dwo1::pg_catalog.text), dwjo AS (INSERT INTO"
            + " \"dualwrite\".journal (table_name, key) SELECT 'public.t', ARRAY[dwo1] FROM dw WHERE ROW(dwo1) IS DISTINCT FROM ROW(dwk1))"
            + " INSERT INTO \"dualwrite\".journal (table_name, key) SELECT 'public.t', ARRAY[dwk1] FROM dw");
    rewrites(
        planner18,
        "UPDATE t SET id = ? RETURNING *",
        RequestedKeys.NONE,
        "WITH dw(dwk1, dwo1, \"returning\", dwu1, dwu2, dwu3) AS (UPDATE t SET id = ? RETURNING WITH (OLD AS dw_old) t.\"id\"::pg_catalog.text,"
            + " dw_old.\"id\"::pg_catalog.text, true, *), dwjo AS (INSERT INTO \"dualwrite\".journal (table_name, key) SELECT 'public.t',"
            + " ARRAY[dwo1] FROM dw WHERE ROW(dwo1) IS DISTINCT FROM ROW(dwk1)), dwj AS (INSERT INTO \"dualwrite\".journal (table_name, key) SELECT"
            + " 'public.t', ARRAY[dwk1] FROM dw) SELECT dwu1 AS \"id\", dwu2 AS \"a\", dwu3 AS \"b\" FROM dw WHERE dw.returning");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UPDATE t SET id = 1",
        "UPDATE t SET \"id\" = 1",
        "UPDATE t SET a = 1, ID = 2",
        "UPDATE t SET (a, id) = (1, 2)",
        "UPDATE t SET a[1] = 2, id[1] = 3",
        "UPDATE t SET id.x = 3",
        "UPDATE t SET id = DEFAULT",
        "UPDATE t SET id = id + 1",
        "UPDATE t SET id = u.id FROM u",
        "UPDATE t SET a = (b IS DISTINCT FROM 1)::int, id = 1",
        "UPDATE t SET a = b IS NOT DISTINCT FROM 1, id = 1",
        "INSERT INTO t VALUES (1) ON CONFLICT (b) DO UPDATE SET id = EXCLUDED.id",
        "INSERT INTO t VALUES (1) ON CONFLICT ((id + 1)) DO UPDATE SET id = EXCLUDED.id",
        "INSERT INTO t VALUES (1) ON CONFLICT (id) DO UPDATE SET id = EXCLUDED.a"
      })
  void aChangeOfKeyIsSeen(String sql) throws SQLException {
    assertThat(((Captured) plan(sql)).journaling()).contains("dwo1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UPDATE t SET a = 1 WHERE id = 1",
        "UPDATE t SET \"ID\" = 1",
        "UPDATE t SET a = (SELECT id = 1 FROM u), b = 'id = 1' WHERE b = 2",
        "UPDATE t SET id = id, a = 2",
        "UPDATE t x SET id = x.id",
        "INSERT INTO t VALUES (1) ON CONFLICT (id) DO UPDATE SET id = EXCLUDED.id, a = 1",
        "INSERT INTO t VALUES (1) ON CONFLICT ON CONSTRAINT t_pkey DO UPDATE SET id = excluded . id",
        "INSERT INTO t SELECT 1 FROM x JOIN y ON conflict = z ON CONFLICT DO NOTHING"
      })
  void whatLeavesTheKeyIsNoChange(String sql) throws SQLException {
    assertThat(((Captured) plan(sql)).journaling()).doesNotContain("dwo1");
  }

  @Test
  void garbageIsPlannedWithoutFailing() throws SQLException {
    String[] parts = {
      "INSERT INTO t",
      "UPDATE t SET",
      "DELETE FROM t",
      "WITH",
      "x AS (",
      ")",
      "(",
      "[",
      "]",
      "RETURNING",
      "'",
      "\"",
      "$$",
      "$a$",
      "--",
      "\n",
      "/*",
      "*/",
      "E'",
      "\\",
      "U&\"",
      "?",
      "??",
      "$1",
      "ON CONFLICT",
      "DO UPDATE SET",
      ",",
      ";",
      ".",
      "=",
      "id",
      "VALUES",
      "FROM",
      "WHERE",
      "AS",
      "::",
      "EXPLAIN ANALYZE",
      "TRUNCATE",
      "COPY",
      "CREATE",
      "ALTER",
      "DROP",
      "TABLE",
      "SET",
      "LOCAL",
      "{",
      "call",
      "}",
      "é",
      "\u0000",
      "0x",
      "1e",
      "SELECT",
      "INTO",
      "MERGE",
      "SEARCH",
      "CYCLE",
      "ONLY",
      "*",
      "CURRENT OF",
      "BEGIN ATOMIC",
      "CASE",
      "END",
      "ROLLBACK",
      "NOT",
      "MATERIALIZED"
    };
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 50_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int n = random.nextInt(14); n >= 0; n--) {
        text.append(parts[random.nextInt(parts.length)]).append(random.nextBoolean() ? " " : "");
      }
      RequestedKeys keys = random.nextBoolean() ? RequestedKeys.ALL : ID;
      try {
        assertThat(planner.plan(text.toString(), keys, new Tables(), sql -> List.of("x")))
            .isNotNull();
        planner18.plan(text.toString(), keys, new Tables(), sql -> List.of("x"));
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed + ": " + text, e);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(",
        "WITH a AS (",
        "EXPLAIN ANALYZE ",
        "[",
        "/*",
        "((SELECT 1) UNION ",
        "INSERT INTO t (",
        "a.",
        "dw"
      })
  void deepAndLongTextsEndSoon(String part) throws SQLException {
    String repeated = part.repeat(100_000);
    assertThat(plan(repeated)).isNotNull();
    assertThat(plan("UPDATE t SET a = " + repeated)).isNotNull();
    assertThat(plan("WITH a AS (SELECT " + repeated)).isNotNull();
  }
}
