package io.dualwrite.jdbc.capture;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QueryTextTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "INSERT INTO t VALUES (1)",
        "WITH d AS (DELETE FROM t RETURNING id) SELECT * FROM d",
        "SELECT * INTO u FROM t",
        "SELECT * FROM t FOR UPDATE",
        "SELECT * FROM t FOR NO KEY UPDATE SKIP LOCKED",
        "SELECT * FROM t FOR KEY SHARE",
        "DECLARE c CURSOR FOR SELECT * FROM t",
        "FETCH 10 FROM c",
        "SHOW search_path",
        "SELECT 1; SELECT 2",
        "SELECT now()",
        "SELECT * FROM t WHERE at > pg_catalog.now() - interval '1 day'",
        "SELECT * FROM t WHERE at > CURRENT_TIMESTAMP",
        "SELECT * FROM t WHERE day = current_date",
        "SELECT * FROM t WHERE at < 'now'::timestamptz",
        "SELECT * FROM t WHERE at < timestamp ' Tomorrow '",
        "SELECT age(at) FROM t",
        "SELECT current_setting('app.user')",
        "SELECT \"current_user\"(), USER FROM t",
        "SELECT * FROM pg_class",
        "SELECT relname FROM \"pg_class\"",
        "SELECT * FROM information_schema.tables",
        "SELECT ctid, * FROM t",
        "SELECT xmin FROM t",
        "SELECT * FROM t TABLESAMPLE BERNOULLI (10)",
        "SELECT {fn now()}",
        "SELECT * FROM t WHERE id IN (SELECT id FROM u LIMIT 5)",
        "SELECT * FROM (SELECT *, row_number() OVER (ORDER BY x) r FROM t) s WHERE r = 1",
        "SELECT coalesce(string_agg(x, ','), '') FROM t",
        "SELECT * FROM (SELECT DISTINCT ON (x) x, y FROM t) s",
        "SELECT lo_get(1)",
        "SELECT * FROM t WHERE x = 'open",
        "SELECT * FROM U&\"d\\0061t\"",
      })
  void isNotRepeated(String sql) {
    assertThat(QueryText.of(sql)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT * FROM t",
        "  -- comment\n select a FROM t WHERE x ? 'k' AND y = ?",
        "(SELECT 1 FROM t) UNION (SELECT 2 FROM u)",
        "WITH w AS (SELECT * FROM t) SELECT * FROM w",
        "TABLE t",
        "SELECT age(a, b) FROM t",
        "SELECT \"limit\", \"user\" FROM t",
        "SELECT substring(x from 1 for 2), 'for update now()' FROM t",
      })
  void mayBeRepeated(String sql) {
    assertThat(QueryText.of(sql)).isPresent();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SELECT id FROM t ORDER BY id | id",
        "SELECT * FROM s.t AS x WHERE a = 1 ORDER BY x.id DESC NULLS LAST, b LIMIT 3 | id,b",
        "SELECT n AS id FROM t ORDER BY id | ''",
        "SELECT n id FROM t ORDER BY id | ''",
        "SELECT id(t) FROM t ORDER BY id | ''",
        "SELECT n AS id FROM t ORDER BY t.id | id",
        "SELECT id FROM t, u ORDER BY id | ''",
        "SELECT id FROM t JOIN u USING (id) ORDER BY id | ''",
        "SELECT id FROM (SELECT 1 AS id) t ORDER BY id | ''",
        "SELECT id FROM t UNION SELECT id FROM u ORDER BY id | ''",
        "SELECT id FROM t GROUP BY id ORDER BY id | ''",
        "SELECT id FROM t ORDER BY lower(x), id | id",
        "SELECT id FROM t ORDER BY id + 1 | ''",
        "SELECT id FROM t ORDER BY 1 | ''",
      })
  void tellsByWhichColumnsItsRowsAreOrdered(String sql, String columns) {
    assertThat(QueryText.of(sql).orElseThrow().orderedBy())
        .containsExactlyInAnyOrder(columns.isEmpty() ? new String[0] : columns.split(","));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SELECT 'secret', 1.5e3, $$body$$ FROM t | SELECT ? FROM t",
        "SELECT a FROM t WHERE b IN (1, 2,3) AND c = ? /* x */ -- y | SELECT a FROM t WHERE b IN (?) AND c = ?",
        "SELECT  a\tFROM t WHERE \"B c\" = E'\\'' | SELECT a FROM t WHERE \"B c\" = ?",
      })
  void leavesConstantsAndCommentsOut(String sql, String text) {
    assertThat(QueryText.of(sql).orElseThrow().text()).isEqualTo(text);
  }

  @Test
  void tellsWhereOnlyRowsCanBeCounted() {
    assertThat(QueryText.of("SELECT string_agg(x, ',') FROM t").orElseThrow().rowsVary()).isTrue();
    assertThat(QueryText.of("SELECT x FROM t FETCH FIRST 3 ROWS ONLY").orElseThrow().limited())
        .isTrue();
    assertThat(QueryText.of("SELECT sum(x) FROM t").orElseThrow().floatsVary()).isTrue();
    assertThat(QueryText.of("SELECT x FROM t").orElseThrow().rowsVary()).isFalse();
  }
}
