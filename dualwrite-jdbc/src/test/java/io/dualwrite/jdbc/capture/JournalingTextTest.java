package io.dualwrite.jdbc.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.capture.CapturePlan.Captured;
import io.dualwrite.jdbc.schema.KeyId;
import io.dualwrite.testing.Guarantee;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The text that a captured statement becomes, to the letter. */
@Guarantee("G8")
class JournalingTextTest {
  private static final RequestedKeys.Columns ID = new RequestedKeys.Columns(List.of("id", "B b"));

  private final CapturePlanner planner = new CapturePlanner("dualwrite", 170011);
  private final CapturePlanner planner18 = new CapturePlanner("dualwrite", 180006);

  private CapturePlan plan(String sql) throws SQLException {
    return planner.plan(
        sql,
        RequestedKeys.NONE,
        new Tables(),
        text -> {
          throw new AssertionError("asked for labels: " + text);
        });
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
    String key = "t.\"id\"";
    assertThat(withoutKeyIds(captured))
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
    assertThat(withoutKeyIds(captured)).isEqualTo(expected);
  }

  private static String withoutKeyIds(Captured captured) {
    return captured
        .journaling()
        .replaceAll(
            "\\(table_name, key_id, ([a-z_, ]+)\\) SELECT ('[^']*'), -?\\d+, ",
            "(table_name, $1) SELECT $2, ");
  }

  @Test
  void entriesSayByWhichColumnsTheyNameTheirRow() throws SQLException {
    assertThat(((Captured) plan("DELETE FROM t")).journaling())
        .endsWith(
            "journal (table_name, key_id, key) SELECT 'public.t', "
                + KeyId.ofKey(List.of("id"))
                + ", ARRAY[dwk1] FROM dw");
    assertThat(((Captured) plan("DELETE FROM ranged")).journaling())
        .endsWith(
            "journal (table_name, key_id, range_from, range_to) SELECT 'public.ranged', "
                + KeyId.ofRange("at")
                + ", dwk1, dwk1 FROM dw");
  }

  @Test
  void theIdOfAKeyNeverChanges() {
    assertThat(KeyId.ofKey(List.of("id"))).isEqualTo(1414882777);
    assertThat(KeyId.ofKey(List.of("a", "b"))).isNotEqualTo(KeyId.ofKey(List.of("b", "a")));
    assertThat(KeyId.ofKey(List.of("a"))).isNotEqualTo(KeyId.ofRange("a"));
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
        "WITH dw(dwk1, dwo1) AS (UPDATE t SET id = ? FROM (SELECT \"id\" AS dwo1 FROM \"public\".\"t\") dw_old, audit WHERE ( t.a = ? OR b IS NULL) AND"
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
}
