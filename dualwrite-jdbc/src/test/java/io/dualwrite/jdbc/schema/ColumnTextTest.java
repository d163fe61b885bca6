package io.dualwrite.jdbc.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@WithDatabases
class ColumnTextTest {
  /** Cannot be the type of a column that users fill. */
  private static final Set<String> NOT_FOR_USERS =
      Set.of(
          "gtsvector",
          "pg_brin_bloom_summary",
          "pg_brin_minmax_multi_summary",
          "pg_dependencies",
          "pg_mcv_list",
          "pg_ndistinct",
          "pg_node_tree",
          "pg_ddl_command");

  private static Map<String, List<String>> values() {
    Map<String, List<String>> v = new LinkedHashMap<>();
    v.put("bool", List.of("true", "false"));
    v.put("bytea", List.of("decode('00ff5c27', 'hex')", "''"));
    v.put("\"char\"", List.of("'x'", "''"));
    v.put("name", List.of("'Some Name'"));
    v.put("int8", List.of("'-9223372036854775808'", "'9223372036854775807'"));
    v.put("int2", List.of("'-32768'"));
    v.put("int2vector", List.of("'1 2 3'"));
    v.put("int4", List.of("'2147483647'"));
    v.put(
        "text",
        List.of(
            "''",
            "'  blanks  '",
            "'NULL'",
            "'a,\"b\"{c}'",
            "E'\\\\ \\n \\t \\x01'",
            "'żółć 漢字 🎈'"));
    v.put("oid", List.of("'4294967295'"));
    v.put("tid", List.of("'(42,7)'"));
    v.put("xid", List.of("'4294967295'"));
    v.put("cid", List.of("'3'"));
    v.put("oidvector", List.of("'1 2'"));
    v.put("json", List.of("'{\"b\" : 1, \"a\":  1, \"a\": 1.0}'", "'\"x\"'", "'null'"));
    v.put("jsonb", List.of("'{\"b\": 1e400, \"a\": [1.00, null, \"\\u00e9\"]}'", "'null'"));
    v.put("jsonpath", List.of("'$.a[*] ? (@ > 3)'"));
    v.put(
        "xml",
        List.of(
            "'<a>b &amp; <c/></a>'",
            "'plain &lt; content'",
            "'<?xml version=\"1.0\"?><a/>'",
            "''"));
    v.put("point", List.of("'(0.1,-1e300)'"));
    v.put("lseg", List.of("'[(1,2),(3,4.5)]'"));
    v.put("path", List.of("'[(1,2),(3,4)]'", "'((1,2),(3,4))'"));
    v.put("box", List.of("'(3,4),(1,2)'"));
    v.put("polygon", List.of("'((1,2),(3,4),(5,6.1))'"));
    v.put("line", List.of("'{1,2,3.3}'"));
    v.put("circle", List.of("'<(1,2),0.1>'"));
    v.put("float4", List.of("'0.1'", "'1e-45'", "'3.4028235e38'", "'NaN'", "'Infinity'", "'-0'"));
    v.put(
        "float8",
        List.of(
            "'0.1'",
            "0.1::float8 + 0.2::float8",
            "'5e-324'",
            "'1.7976931348623157e308'",
            "'NaN'",
            "'-Infinity'",
            "'-0'"));
    v.put(
        "money",
        List.of("'1234567.89'::numeric", "'-0.01'::numeric", "'92233720368547758.07'::numeric"));
    v.put("macaddr", List.of("'08:00:2b:01:02:03'"));
    v.put("macaddr8", List.of("'08:00:2b:01:02:03:04:05'"));
    v.put("inet", List.of("'10.1.2.3/8'", "'::1'"));
    v.put("cidr", List.of("'10.0.0.0/8'"));
    v.put("aclitem", List.of("'postgres=arwd/postgres'"));
    v.put("bpchar", List.of("'ab   '"));
    v.put("char(6)", List.of("'ab'", "''", "'日本'"));
    v.put("varchar", List.of("'ab   '"));
    v.put("varchar(5)", List.of("'ab   '"));
    v.put("date", List.of("'0044-03-15 BC'", "'infinity'", "'5874897-12-31'", "'0001-01-01'"));
    v.put("time", List.of("'23:59:59.999999'", "'24:00'"));
    v.put(
        "timestamp",
        List.of(
            "'294276-12-31 23:59:59.999999'", "'-infinity'", "'0044-03-15 01:02:03.000001 BC'"));
    v.put("timestamp(0)", List.of("'2024-01-02 03:04:05'"));
    v.put(
        "timestamptz",
        List.of("'2024-10-27 01:30:00.000001+00'", "'infinity'", "'4714-11-24 00:00:00+00 BC'"));
    v.put(
        "interval",
        List.of(
            "'1 year -2 mons 3 days -04:05:06.000007'", "'-178000000 years'", "'0'", "'infinity'"));
    v.put("interval day to second(3)", List.of("'3 days 04:05:06.789'"));
    v.put("timetz", List.of("'04:05:06.789-08:30'", "'24:00+00'"));
    v.put("bit", List.of("B'1'"));
    v.put("bit(9)", List.of("B'101010101'"));
    v.put("varbit", List.of("B''", "B'10011'"));
    v.put(
        "numeric",
        List.of("'1.50'", "'NaN'", "'-Infinity'", "'1e-16000'", "'1e130000'", "'0.000'"));
    v.put("numeric(6,-2)", List.of("'123456'"));
    v.put("refcursor", List.of("'some cursor'"));
    for (String reg :
        List.of(
            "regproc:'pg_catalog.now'",
            "regprocedure:'abs(int4)'",
            "regoper:'pg_catalog.||/'",
            "regoperator:'+(int4,int4)'",
            "regclass:'pg_class'",
            "regtype:'numeric'",
            "regrole:'postgres'",
            "regnamespace:'pg_catalog'",
            "regconfig:'english'",
            "regdictionary:'simple'",
            "regcollation:'\"C\"'")) {
      v.put(reg.substring(0, reg.indexOf(':')), List.of(reg.substring(reg.indexOf(':') + 1)));
    }
    v.put("uuid", List.of("'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"));
    v.put("txid_snapshot", List.of("'10:20:10,14,15'"));
    v.put("pg_snapshot", List.of("'10:20:10,14,15'"));
    v.put("pg_lsn", List.of("'16/B374D848'"));
    v.put("tsvector", List.of("E'a:1A fat:2B,4C \\'it\\'\\'s\\':5'", "''"));
    v.put("tsquery", List.of("'fat & (rat:AB | !cat:*) <2> dog'"));
    v.put("xid8", List.of("'18446744073709551615'"));
    v.put("int4range", List.of("'[1,5)'", "'empty'", "'(,)'"));
    v.put("int8range", List.of("'[1,)'"));
    v.put("numrange", List.of("'(1.10,2.5]'"));
    v.put("tsrange", List.of("'[\"2024-01-01 00:00\",infinity]'"));
    v.put("tstzrange", List.of("'[\"2024-01-01 00:00+05\",)'"));
    v.put("daterange", List.of("'[2024-01-01,2024-02-01)'"));
    v.put("int4multirange", List.of("'{[1,3),[5,7)}'", "'{}'"));
    v.put("int8multirange", List.of("'{[1,3)}'"));
    v.put("nummultirange", List.of("'{(1.0,2.50]}'"));
    v.put("tsmultirange", List.of("'{[2024-01-01,2024-01-02)}'"));
    v.put("tstzmultirange", List.of("'{[2024-01-01 00:00+01,2024-01-02 00:00+01)}'"));
    v.put("datemultirange", List.of("'{[2024-01-01,2024-01-02)}'"));
    // What is built of others.
    v.put("int4[]", List.of("'{}'", "'{1,NULL,3}'", "'{{1,NULL},{3,4}}'", "'[-1:1]={1,2,3}'"));
    v.put("text[][]", List.of("'{\"a,b\",\"NULL\",NULL,\"\",\"q\\\"\\\\\"}'", "'{{{a},{b}}}'"));
    v.put("varchar(4)[]", List.of("'{abcd}'"));
    v.put("char(4)[]", List.of("'{ab}'"));
    v.put("bit(3)[]", List.of("'{101}'"));
    v.put("timestamptz[]", List.of("'{2024-01-01 00:00+01,infinity,NULL}'"));
    v.put("float8[]", List.of("'{0.1,NaN,-0}'"));
    v.put("bytea[]", List.of("ARRAY[decode('00ff', 'hex')]"));
    v.put("jsonb[]", List.of("ARRAY['{\"a\": \"b,c\"}'::jsonb]"));
    v.put("numrange[]", List.of("ARRAY['[1,2]'::numrange]"));
    v.put("app.\"Mood\"", List.of("'so so'", "'it''s \"bad\"'"));
    v.put("app.\"Mood\"[]", List.of("ARRAY['so so'::app.\"Mood\"]"));
    v.put("app.short", List.of("'abc'"));
    v.put("app.short[]", List.of("'{abc}'"));
    v.put("app.padded", List.of("'ab'"));
    v.put("app.days", List.of("'{2024-01-01}'"));
    v.put("app.pair", List.of("ROW(1, E'a,\"(b)\\\\')", "ROW(NULL, '')", "ROW(NULL, NULL)"));
    v.put(
        "app.nested",
        List.of("ROW(ROW(1, 'x'), ARRAY[ROW(2, NULL)::app.pair], '2024-01-01 00:00+03', 'so so')"));
    v.put("app.positive_pair", List.of("ROW(1, 'x')"));
    v.put("app.mood_range", List.of("'[\"so so\",)'"));
    v.put("hstore", List.of("'\"a b\"=>\"1\", c=>NULL, d=>\"\\\"\"'"));
    v.put("citext", List.of("'MiXed'"));
    v.put("ltree", List.of("'Top.Science'"));
    v.put("cube", List.of("'(0.1,2),(3,4)'"));
    return v;
  }

  private static final String[] TYPES = {
    "CREATE EXTENSION hstore",
    "CREATE EXTENSION citext",
    "CREATE EXTENSION ltree",
    "CREATE EXTENSION cube",
    "CREATE SCHEMA app",
    "CREATE TYPE app.\"Mood\" AS ENUM ('so so', 'it''s \"bad\"')",
    "CREATE DOMAIN app.short AS varchar(3) CHECK (value <> 'no')",
    "CREATE DOMAIN app.padded AS char(4)",
    "CREATE DOMAIN app.days AS date[]",
    "CREATE TYPE app.pair AS (a int, b text)",
    "CREATE DOMAIN app.positive_pair AS app.pair CHECK ((value).a > 0)",
    "CREATE TYPE app.nested AS (p app.pair, l app.pair[], at timestamptz, mood app.\"Mood\")",
    "CREATE TYPE app.mood_range AS RANGE (subtype = app.\"Mood\")",
    // A cast of the user's own, which loses half of the value.
    "CREATE FUNCTION app.half(app.pair) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT ($1).b'",
    "CREATE CAST (app.pair AS text) WITH FUNCTION app.half(app.pair)"
  };

  @Test
  void everyTypeArrivesAsItWas(TestDatabases dbs) throws SQLException {
    dbs.executeOnBoth(TYPES);
    int version;
    try (Connection connection = dbs.source().getConnection()) {
      version = connection.getMetaData().getDatabaseMajorVersion();
    }
    Map<String, List<String>> values = values();
    Map<String, String> tables = new LinkedHashMap<>();
    for (Map.Entry<String, List<String>> type : values.entrySet()) {
      String table = "t" + tables.size();
      tables.put(type.getKey(), table);
      dbs.executeOnBoth("CREATE TABLE " + table + " (n int PRIMARY KEY, v " + type.getKey() + ")");
      for (int i = 0; i < type.getValue().size(); i++) {
        String value = type.getValue().get(i);
        if (version >= 17 || !(type.getKey().equals("interval") && value.equals("'infinity'"))) {
          dbs.execute(dbs.source(), "INSERT INTO " + table + " VALUES (" + i + ", " + value + ")");
        }
      }
      dbs.execute(dbs.source(), "INSERT INTO " + table + " VALUES (-1, NULL)");
    }
    // What a session prints under these must not matter.
    for (DataSource side : List.of(dbs.source(), dbs.target())) {
      for (String setting :
          List.of(
              "TimeZone = 'Asia/Kathmandu'",
              "IntervalStyle = 'iso_8601'",
              "extra_float_digits = 0",
              "bytea_output = 'escape'",
              "xmloption = 'document'",
              "DateStyle = 'ISO, DMY'")) {
        dbs.execute(side, "ALTER DATABASE " + dbs.database() + " SET " + setting);
      }
    }
    Catalog source = catalog(dbs.source());
    Catalog target = catalog(dbs.target());
    for (Map.Entry<String, String> entry : tables.entrySet()) {
      String table = entry.getValue();
      Column from = source.table("public." + table).flatMap(t -> t.column("v")).orElseThrow();
      Column to = target.table("public." + table).flatMap(t -> t.column("v")).orElseThrow();
      copy(dbs, table, from, to);
      List<List<@Nullable String>> texts =
          dbs.query(
              dbs.source(),
              "SELECT n, " + ColumnText.read(from, "v") + " FROM " + table + " ORDER BY n");
      assertThat(
              dbs.query(
                  dbs.target(),
                  "SELECT n, " + ColumnText.read(to, "v") + " FROM " + table + " ORDER BY n"))
          .as(entry.getKey())
          .isEqualTo(texts);
      String send = binary(dbs, from);
      if (!send.isEmpty()) {
        assertThat(dbs.query(dbs.target(), send.formatted(table)))
            .as(entry.getKey())
            .isEqualTo(dbs.query(dbs.source(), send.formatted(table)));
      }
    }
    assertThat(untested(dbs, values.keySet())).isEmpty();
  }

  /** The values' binary form, where the type has one that holds no oid of this database. */
  private static String binary(TestDatabases dbs, Column column) throws SQLException {
    String send =
        dbs.queryValue(
            dbs.source(),
            "SELECT coalesce(max(typsend::text), '-') FROM pg_type t WHERE t.oid = "
                + Identifiers.literal(column.castType())
                + "::regtype AND typnamespace = 'pg_catalog'::regnamespace");
    return send == null || send.equals("-")
        ? ""
        : "SELECT n, encode(record_send(ROW(v::"
            + column.castType()
            + ")), 'hex') FROM %s ORDER BY n";
  }

  private static Set<String> untested(TestDatabases dbs, Set<String> tested) throws SQLException {
    Set<String> seen = new HashSet<>(NOT_FOR_USERS);
    tested.forEach(t -> seen.add(t.replaceAll("[\"(\\[].*|[\"]", "")));
    seen.add("char");
    seen.add("varchar");
    List<List<@Nullable String>> all =
        dbs.query(
            dbs.source(),
            "SELECT typname FROM pg_type WHERE typnamespace = 'pg_catalog'::regnamespace AND typtype IN ('b', 'r', 'm') AND typcategory <> 'A'");
    Set<String> untested = new HashSet<>();
    all.forEach(row -> untested.add(String.valueOf(row.get(0))));
    untested.removeAll(seen);
    return untested;
  }

  @Test
  void typesMayDiffer(TestDatabases dbs) throws SQLException {
    List<List<String>> pairs =
        List.of(
            List.of("int", "bigint", "7", "7"),
            List.of("int", "text", "7", "7"),
            List.of(
                "text",
                "uuid",
                "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'",
                "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
            List.of("char(6)", "text", "'ab'", "ab"),
            List.of("text", "char(6)", "'ab'", "ab    "),
            List.of("json", "jsonb", "'{\"b\":1, \"a\":2}'", "{\"a\": 2, \"b\": 1}"),
            List.of("text", "app.\"Mood\"", "'so so'", "so so"),
            List.of("timestamp", "timestamptz", "'2024-07-01 12:00'", "2024-07-01 12:00:00+00"),
            List.of("timestamptz", "timestamp", "'2024-07-01 12:00+00'", "2024-07-01 12:00:00"),
            List.of("varchar(9)", "citext", "'MiXed'", "MiXed"),
            List.of("numeric(10,2)", "float8", "1.50", "1.5"),
            List.of("real", "float8", "'0.1'", "0.1"),
            List.of("int[]", "bigint[]", "'{1,NULL}'", "{1,NULL}"));
    dbs.executeOnBoth(TYPES);
    for (int i = 0; i < pairs.size(); i++) {
      String table = "t" + i;
      dbs.execute(
          dbs.source(), "CREATE TABLE " + table + " (n int, v " + pairs.get(i).get(0) + ")");
      dbs.execute(
          dbs.source(), "INSERT INTO " + table + " VALUES (0, " + pairs.get(i).get(2) + ")");
      dbs.execute(
          dbs.target(), "CREATE TABLE " + table + " (n int, v " + pairs.get(i).get(1) + ")");
      copy(dbs, table, column(dbs.source(), table), column(dbs.target(), table));
      try (Connection connection = dbs.target().getConnection();
          Statement statement = connection.createStatement()) {
        statement.execute("SET TimeZone = 'UTC'");
        try (ResultSet row = statement.executeQuery("SELECT v FROM " + table)) {
          row.next();
          assertThat(row.getString(1)).as(pairs.get(i).toString()).isEqualTo(pairs.get(i).get(3));
        }
      }
    }
  }

  @Test
  void whatDoesNotFitIsRefusedAndNeverCutOff(TestDatabases dbs) throws SQLException {
    dbs.executeOnBoth(TYPES);
    List<String> narrow =
        List.of(
            "varchar(3)",
            "char(3)",
            "app.short",
            "bit(3)",
            "varbit(3)",
            "numeric(3,0)",
            "smallint",
            "varchar(3)[]");
    for (int i = 0; i < narrow.size(); i++) {
      String table = "t" + i;
      boolean array = narrow.get(i).endsWith("[]");
      dbs.execute(
          dbs.source(),
          "CREATE TABLE " + table + " (n int, v text)",
          "INSERT INTO " + table + " VALUES (0, '" + (array ? "{111111}" : "111111") + "')");
      dbs.execute(dbs.target(), "CREATE TABLE " + table + " (n int, v " + narrow.get(i) + ")");
      Column from = column(dbs.source(), table);
      Column to = column(dbs.target(), table);
      assertThatThrownBy(() -> copy(dbs, table, from, to))
          .as(narrow.get(i))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).startsWith("22"));
    }
  }

  @Test
  void aRowSecurityPolicyFailsTheReadInsteadOfNarrowingIt(TestDatabases dbs) throws SQLException {
    String role = "limited_" + dbs.database();
    dbs.execute(
        dbs.source(),
        "CREATE TABLE t (n int)",
        "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
        "CREATE ROLE " + role,
        "GRANT SELECT ON t TO " + role);
    try (Connection connection = dbs.source().getConnection();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("SET LOCAL ROLE " + role);
      statement.execute(ColumnText.SESSION_SETTINGS);
      assertThatThrownBy(() -> statement.execute("SELECT * FROM t"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42501"));
      connection.rollback();
    }
  }

  private static void copy(TestDatabases dbs, String table, Column from, Column to)
      throws SQLException {
    List<String> numbers = new ArrayList<>();
    List<@Nullable String> texts = new ArrayList<>();
    try (Connection source = dbs.source().getConnection();
        Connection target = dbs.target().getConnection();
        Statement read = source.createStatement();
        Statement pin = target.createStatement();
        PreparedStatement write =
            target.prepareStatement(
                "INSERT INTO "
                    + table
                    + " (n, v) SELECT u.n::int, "
                    + ColumnText.write(to, "u.v")
                    + " FROM unnest(?::text[], ?::text[]) u(n, v)")) {
      source.setAutoCommit(false);
      target.setAutoCommit(false);
      read.execute(ColumnText.SESSION_SETTINGS);
      pin.execute(ColumnText.SESSION_SETTINGS);
      try (ResultSet rows =
          read.executeQuery("SELECT n, " + ColumnText.read(from, "v") + " FROM " + table)) {
        while (rows.next()) {
          numbers.add(rows.getString(1));
          texts.add(rows.getString(2));
        }
      }
      write.setArray(1, target.createArrayOf("text", numbers.toArray()));
      write.setArray(2, target.createArrayOf("text", texts.toArray()));
      try {
        assertThat(write.executeUpdate()).isEqualTo(numbers.size());
        target.commit();
      } finally {
        target.rollback();
        source.rollback();
      }
    }
  }

  private static Column column(DataSource side, String table) throws SQLException {
    return catalog(side).table("public." + table).flatMap(t -> t.column("v")).orElseThrow();
  }

  private static Catalog catalog(DataSource side) throws SQLException {
    try (Connection connection = side.getConnection()) {
      return Catalog.read(connection, "dualwrite");
    }
  }
}
