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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which kind of plan each text has. */
@Guarantee("G8")
class CapturePlannerTest {
  private final CapturePlanner planner = new CapturePlanner("dualwrite", 170011);

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
          + (change.touchesMirrored() ? "+mirrored" : "")
          + (change.ofSession() ? "+session" : "");
    } else if (plan instanceof SessionChange) {
      return "session";
    } else if (plan instanceof CapturePlan.Load) {
      return "load";
    } else if (plan instanceof CapturePlan.Several several) {
      return "several"
          + (several.controlsTransaction() ? "+control" : "")
          + (several.commits() ? "+commit" : "")
          + (several.changesNames() ? "+names" : "")
          + (several.captured() == null ? "" : "+captured")
          + (several.schema() == null ? "" : "+" + kind(several.schema()))
          + (several.besides() == null ? "" : "+" + several.besides().reason());
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
          WITH q AS (INSERT INTO t VALUES (1) RETURNING id) SELECT * FROM q | captured
          WITH q AS (UPDATE t SET a = 1 RETURNING id) SELECT * FROM q | captured
          WITH q AS (DELETE FROM ONLY t RETURNING id) INSERT INTO audit SELECT * FROM q | captured
          WITH q AS (WITH p AS (SELECT 1) DELETE FROM t RETURNING id) INSERT INTO audit SELECT * FROM q | captured
          WITH q AS (DELETE FROM v RETURNING id) INSERT INTO audit SELECT * FROM q | view
          WITH q AS (DELETE FROM audit RETURNING id) INSERT INTO t SELECT * FROM q | captured
          (WITH q AS (DELETE FROM t RETURNING id) SELECT 1) | captured
          ((WITH q AS (DELETE FROM t RETURNING id) SELECT 1) ORDER BY 1) LIMIT 2 | captured
          (WITH q AS (DELETE FROM t RETURNING id) SELECT 1) ORDER BY writes() | cte
          (WITH q AS (SELECT 1) SELECT * FROM q) ORDER BY 1 | pass
          (SELECT 1) UNION (WITH q AS (DELETE FROM t RETURNING id) SELECT 1) | cte
          SELECT a.writes FROM t a | function
          SELECT (a)."writes" FROM t a | function
          SELECT writes, a.writes2 FROM t a | pass
          INSERT INTO t SELECT a.writes FROM audit a | captured+function
          SELECT moves() | session
          INSERT INTO t VALUES (moves()) | captured+session
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
          MERGE INTO t USING audit ON true WHEN MATCHED THEN DELETE | captured
          MERGE INTO audit USING t ON true WHEN MATCHED THEN DELETE | pass
          MERGE INTO v USING t ON true WHEN MATCHED THEN DELETE | view
          WITH q AS (SELECT 1) MERGE INTO ONLY t USING q ON true WHEN MATCHED THEN DO NOTHING | captured
          TRUNCATE t | captured
          TRUNCATE TABLE ONLY audit, whole * RESTART IDENTITY | captured
          TRUNCATE audit | pass
          TRUNCATE audit CASCADE | captured
          TRUNCATE v | view
          COPY t FROM STDIN | load
          COPY t (id, a) FROM '/x' | copy
          COPY t TO STDOUT | pass
          COPY audit FROM STDIN | pass
          COPY (SELECT * FROM t) TO STDOUT | pass
          COPY (DELETE FROM t RETURNING id) TO STDOUT | copy
          CALL p() | call
          {call p(?)} | pass
          {call writes(?)} | function
          { call app.writes } | function
          {call lo_create(?)} | large-object
          {fn now()} | call
          {? = call lower(?)} | pass
          {?= call writes(?)} | function
          DO $$ BEGIN DELETE FROM t; END $$ | do
          EXPLAIN DELETE FROM t | pass
          EXPLAIN ANALYZE DELETE FROM t | explain
          EXPLAIN (ANALYZE, BUFFERS) WITH x AS (SELECT 1) DELETE FROM t | explain
          EXPLAIN ANALYZE VERBOSE SELECT * FROM t | pass
          EXPLAIN (COSTS off) DELETE FROM t | pass
          EXPLAIN (ANALYZE false, COSTS off) DELETE FROM t | pass
          EXPLAIN (ANALYZE 'OFF') DELETE FROM t | pass
          EXPLAIN (ANALYZE 0) DELETE FROM t | pass
          EXPLAIN (ANALYZE off, ANALYZE) DELETE FROM t | explain
          EXPLAIN (ANALYZE on) DELETE FROM t | explain
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
          SET standard_conforming_strings = on | session
          SET standard_conforming_strings = off; INSERT INTO t VALUES (1) | several+names+multiple
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
          CREATE TEMP TABLE x (id int) | schema+temp+session
          CREATE TEMP TABLE x AS SELECT 1 | schema+temp+session
          CREATE OR REPLACE TEMP VIEW x AS SELECT 1 | schema+temp+session
          CREATE TABLE temp (id int) | schema+temp
          CREATE TABLE IF NOT EXISTS pg_temp.x (id int) | schema+temp+session
          CREATE TEMP TABLE x (); CREATE TEMP TABLE y () | schema+temp+session
          CREATE INDEX ON tmp (id) | schema+session
          CREATE UNIQUE INDEX IF NOT EXISTS i ON tmp (id) | schema+session
          CREATE INDEX i ON audit (id) | schema
          ALTER TABLE tmp ADD x int | schema+session
          ALTER TABLE audit ADD x int | schema
          DROP TABLE tmp | schema+session
          DROP TABLE IF EXISTS nowhere, tmp | schema+session
          DROP TABLE nowhere | schema
          DROP TABLE tmp, audit | schema
          DROP TABLE tmp, t | schema+mirrored
          CREATE LOCAL TEMPORARY TABLE x (id int) | schema+temp+session
          CREATE TABLE pg_temp.x (id int) | schema+temp+session
          CREATE TABLE x AS SELECT writes() | function
          CREATE TABLE x AS WITH q AS (DELETE FROM t RETURNING id) SELECT * FROM q | cte
          CREATE TABLE x AS EXECUTE p | prepare
          CREATE VIEW x AS SELECT writes() | schema
          CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; DELETE FROM t; END | schema
          CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; END; DELETE FROM t | several+schema+multiple
          SELECT begin atomic FROM audit; DELETE FROM t | captured
          SELECT a.begin atomic FROM audit a; TRUNCATE t | captured
          UPDATE pg_settings SET setting = 'x' | session
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
          SELECT 1; DELETE FROM t | captured
          DELETE FROM t; CALL p() | captured+call
          CALL p(); SELECT 1 | call
          INSERT INTO t VALUES (1); UPDATE t SET a = 1; TRUNCATE t | captured
          BEGIN; SELECT 1 | BEGIN
          BEGIN; DELETE FROM t; COMMIT | several+control+commit+captured
          BEGIN; TRUNCATE t; SAVEPOINT s | several+control+captured
          BEGIN; SELECT 1; COMMIT | several+control+commit
          SELECT 1; COMMIT | COMMIT
          BEGIN; CALL p() | several+control+call
          BEGIN; DELETE FROM t; PREPARE TRANSACTION 'x' | several+control+commit+captured
          DELETE FROM t; CREATE TABLE x () | several+captured+schema
          CREATE TABLE x (); DELETE FROM t | several+schema+multiple
          CREATE TEMP TABLE x (); INSERT INTO x VALUES (1) | schema+temp+session
          CREATE TABLE new_x (); INSERT INTO new_x VALUES (1) | several+schema+multiple
          CREATE TABLE x (); INSERT INTO x VALUES (1) | schema
          CREATE TABLE new_x AS SELECT 1 | create-as
          CREATE UNLOGGED TABLE IF NOT EXISTS new_x (a) AS SELECT 1 | create-as
          CREATE TEMP TABLE new_x AS SELECT 1 | schema+temp+session
          CREATE MATERIALIZED VIEW new_x AS SELECT 1 | schema
          SELECT 1 INTO TABLE new_x | create-as
          DELETE FROM t; SET search_path = x | several+names+captured
          BEGIN; CREATE TABLE x () | several+control+schema
          SET search_path = x; SHOW search_path | session
          SET search_path = x; DELETE FROM audit | several+names+multiple
          SET search_path = x; DELETE FROM t | several+names+multiple
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
}
