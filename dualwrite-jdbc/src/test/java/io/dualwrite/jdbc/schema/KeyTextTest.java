package io.dualwrite.jdbc.schema;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

@WithDatabases
class KeyTextTest {
  private static final List<String> PLAIN = List.of();

  /** Sessions that print and parse as differently as can be. */
  private static final List<List<String>> SESSIONS =
      List.of(
          PLAIN,
          List.of(
              "SET DateStyle = 'German'",
              "SET TimeZone = 'America/St_Johns'",
              "SET IntervalStyle = 'sql_standard'",
              "SET extra_float_digits = 0",
              "SET bytea_output = 'escape'",
              "SET lc_monetary = 'C'"),
          List.of(
              "SET DateStyle = 'SQL, DMY'",
              "SET TimeZone = 'Asia/Kathmandu'",
              "SET standard_conforming_strings = off",
              "SET backslash_quote = safe_encoding",
              "SET IntervalStyle = 'iso_8601'",
              "SET search_path = ''"),
          List.of(
              "SET DateStyle = 'Postgres, MDY'",
              "SET TimeZone = 'Europe/Paris'",
              "SET quote_all_identifiers = on"));

  private static Map<String, List<String>> values() {
    Map<String, List<String>> values = new LinkedHashMap<>();
    values.put("int2", List.of("'-32768'", "'7'"));
    values.put("int4", List.of("'-2147483648'"));
    values.put("int8", List.of("'9223372036854775807'"));
    values.put("oid", List.of("'4294967295'"));
    values.put(
        "numeric",
        List.of(
            "'1.50'",
            "'NaN'",
            "'Infinity'",
            "'-0.000'",
            "'1e-200'",
            "'123456789012345678901234567890.12'"));
    values.put("numeric(10,2)", List.of("'1.50'"));
    values.put("bool", List.of("true", "false"));
    values.put(
        "text",
        List.of(
            "''",
            "' padded '",
            "'a''b\"c'",
            "E'back\\\\slash\\nline\\ttab'",
            "'{}'",
            "'NULL'",
            "'żółć 漢字 🎈 e\u0301'"));
    values.put("varchar(20)", List.of("'trailing   '", "E'a\\\\b'"));
    values.put("char(6)", List.of("'ab'", "''", "' x'", "'日本'"));
    values.put("bpchar", List.of("'ab   '", "''"));
    values.put("name", List.of("'Some Name'"));
    values.put("\"char\"", List.of("'x'", "''"));
    values.put("uuid", List.of("'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'"));
    values.put("inet", List.of("'10.0.0.1'", "'10.1.2.3/8'", "'::1'", "'2001:db8::/32'"));
    values.put("cidr", List.of("'10.0.0.0/8'", "'2001:db8::/32'"));
    values.put("macaddr", List.of("'08:00:2b:01:02:03'"));
    values.put("macaddr8", List.of("'08:00:2b:01:02:03:04:05'"));
    values.put("bit(3)", List.of("B'101'"));
    values.put("varbit", List.of("B''", "B'10011'"));
    values.put("pg_lsn", List.of("'16/B374D848'"));
    values.put("xid8", List.of("'18446744073709551615'"));
    values.put("time", List.of("'23:59:59.999999'", "'24:00'"));
    values.put("timetz", List.of("'04:05:06.789-08:30'", "'04:05:06+05:45:10'"));
    values.put(
        "date",
        List.of(
            "'0044-03-15 BC'",
            "'infinity'",
            "'-infinity'",
            "'2024-02-03'",
            "'12345-06-07'",
            "'4713-01-01 BC'"));
    values.put(
        "timestamp",
        List.of(
            "'2024-02-03 04:05:06.789012'",
            "'infinity'",
            "'0001-12-31 23:59:59 BC'",
            "'294276-12-31 23:59:59.999999'"));
    values.put(
        "timestamptz",
        List.of(
            "'2024-02-03 04:05:06.789012+00'",
            "'-infinity'",
            "'0044-03-15 12:00+00 BC'",
            "'1890-01-01 00:00:00+00'",
            "'2024-10-27 01:30:00+00'"));
    values.put("timestamptz(0)", List.of("'2024-02-03 04:05:06+00'"));
    values.put("bytea", List.of("decode('00ff5c27', 'hex')", "decode('', 'hex')"));
    values.put("public.\"Mood\"", List.of("'so so'", "'it''s \"bad\"'"));
    values.put("public.short", List.of("'abc'"));
    values.put("public.citext", List.of("'MiXed'"));
    values.put("public.ltree", List.of("'Top.Science'"));
    return values;
  }

  @Test
  void keysSurviveEverySessionAndComeBackTheSame(TestDatabases dbs) throws SQLException {
    dbs.execute(
        dbs.source(),
        "CREATE EXTENSION citext",
        "CREATE EXTENSION ltree",
        "CREATE TYPE \"Mood\" AS ENUM ('so so', 'it''s \"bad\"')",
        "CREATE DOMAIN short AS varchar(3)");
    List<String> names = new ArrayList<>();
    for (Map.Entry<String, List<String>> type : values().entrySet()) {
      String name = "t" + names.size();
      names.add(name);
      dbs.execute(dbs.source(), "CREATE TABLE " + name + " (n int, v " + type.getKey() + ")");
      for (int i = 0; i < type.getValue().size(); i++) {
        dbs.execute(
            dbs.source(),
            "INSERT INTO " + name + " VALUES (" + i + ", " + type.getValue().get(i) + ")");
      }
    }
    Catalog catalog;
    try (Connection connection = dbs.source().getConnection()) {
      catalog = Catalog.read(connection, "dualwrite");
    }
    for (String name : names) {
      Column column = catalog.table("public." + name).flatMap(t -> t.column("v")).orElseThrow();
      assertThat(KeyText.supports(column)).as(column.type()).isTrue();
      List<List<String>> encodings = new ArrayList<>();
      for (List<String> session : SESSIONS) {
        encodings.add(encode(dbs, name, column, session));
      }
      for (int writer = 0; writer < SESSIONS.size(); writer++) {
        for (List<String> reader : SESSIONS) {
          assertComesBack(dbs, name, column, encodings.get(writer), reader);
        }
      }
      if (!column.baseType().equals("timestamptz")) {
        assertThat(encodings).as(column.type()).containsOnly(encodings.get(0));
      }
    }
  }

  @Test
  void nullStaysNull(TestDatabases dbs) throws SQLException {
    for (String type : List.of("text", "bpchar", "bytea", "date", "timestamptz", "int4")) {
      Column column = new Column("v", type, type, 'b', false, Column.Generation.NONE, true);
      assertThat(
              dbs.queryValue(
                  dbs.source(), "SELECT " + KeyText.encode(column, "NULL::" + type) + " IS NULL"))
          .as(type)
          .isEqualTo("t");
    }
  }

  private static List<String> encode(
      TestDatabases dbs, String table, Column column, List<String> session) throws SQLException {
    return OddSession.query(
            dbs.source(),
            session,
            "SELECT " + KeyText.encode(column, "v") + " FROM public." + table + " ORDER BY n")
        .stream()
        .map(row -> row.get(0))
        .toList();
  }

  /** Bit for bit, by the type's binary form, and by its equality. */
  private static void assertComesBack(
      TestDatabases dbs, String table, Column column, List<String> texts, List<String> session)
      throws SQLException {
    String constants = String.join(", ", texts.stream().map(Identifiers::literal).toList());
    String decoded = KeyText.decode(column, "u.k");
    String equals =
        column.castType().startsWith("public.") && column.typeKind() == 'b'
            ? "OPERATOR(public.=)"
            : "=";
    List<List<String>> rows =
        OddSession.query(
            dbs.source(),
            session,
            "SELECT record_send(ROW(v)) = record_send(ROW((%s)::%s)), v %s %s FROM public.%s JOIN unnest(ARRAY[%s]::text[]) WITH ORDINALITY u(k, pos) ON u.pos = n + 1 ORDER BY n"
                .formatted(decoded, column.type(), equals, decoded, table, constants));
    assertThat(rows)
        .as(column.type() + " " + texts + " under " + session)
        .hasSameSizeAs(texts)
        .containsOnly(List.of("t", "t"));
  }
}
