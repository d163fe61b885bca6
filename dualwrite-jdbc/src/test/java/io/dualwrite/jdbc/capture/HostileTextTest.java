package io.dualwrite.jdbc.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.testing.Guarantee;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts that no server would take: they are planned all the same, and soon. */
@Guarantee("G8")
class HostileTextTest {
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
