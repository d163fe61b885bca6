package io.dualwrite.reconciler.generated;

import java.util.List;

/**
 * A column as it is on either side.
 *
 * @param source its type in the source
 * @param target its type in the target
 * @param asTarget the source's value as the target would hold it after a copy, as text; {@code x}
 *     is the value
 * @param onTarget the target's value as such a text
 * @param values what it may hold, as both sides read it
 */
record Kind(String source, String target, String asTarget, String onTarget, List<String> values) {

  private static Kind same(String type, String... values) {
    return new Kind(type, type, "x::text", "x::text", List.of(values));
  }

  private static Kind mapped(
      String source, String target, String asTarget, String onTarget, String... values) {
    return new Kind(source, target, asTarget, onTarget, List.of(values));
  }

  private static final String[] TEXTS = {
    "", " ", "a", "A", "ä", "ß", "a ", "\\", "\"", "(", ",", "{}", "NULL", "☃", "a,b", "'", "\t"
  };
  private static final String[] LONG = {
    "x".repeat(300), "x".repeat(299) + "y", "ä".repeat(150), "x".repeat(300) + " "
  };
  private static final String[] BIGS = {
    "0", "4", "4294967301", "-1", "9223372036854775807", "-9223372036854775808"
  };
  private static final String[] DOUBLES = {
    "0", "-0", "NaN", "Infinity", "-Infinity", "1e15", "0.1", "0.30000000000000004", "1e-300"
  };
  private static final String[] FLOATS = {"0", "-0", "NaN", "Infinity", "0.1", "16777217", "1e-30"};
  private static final String[] DECIMALS = {
    "0",
    "0.00",
    "1.5",
    "1.50",
    "NaN",
    "-12345678901234567890.123456789",
    "1e-20",
    "-1.5",
    "1",
    "10000"
  };
  private static final String[] TIMES = {
    "2001-01-14 10:00:00Z",
    "2001-01-14 10:00:00.000001Z",
    "2001-01-14 11:30:00Z",
    "2001-03-25 02:30:00Z",
    "1950-01-01Z",
    "2001-01-15 23:59:59.999999Z",
    "infinity",
    "-infinity",
    "0044-03-15Z BC"
  };
  private static final String[] DOCUMENTS = {
    "{}",
    "[]",
    "null",
    "{\"a\": 1, \"b\": [true, null]}",
    "{\"a\": \"1\"}",
    "\"ä\"",
    "{\"b\": {}}",
    "{\"a\": {\"b\": 1, \"c\": 2}}",
    "{\"a\": {\"b\": 1}, \"c\": 2}"
  };

  /** Of every kind of type and mapping that there is. */
  static final List<Kind> ALL =
      List.of(
          same("bigint", BIGS),
          same("int", "0", "-1", "2147483647"),
          same("smallint", "0", "7", "-32768"),
          mapped("int", "bigint", "x::text", "x::text", "0", "-1", "2147483647"),
          mapped("bigint", "numeric", "x::text", "trim_scale(x)::text", BIGS),
          mapped("numeric", "numeric", "trim_scale(x)::text", "trim_scale(x)::text", DECIMALS),
          mapped(
              "numeric(14,4)",
              "numeric(12,2)",
              "x::numeric(12,2)::text",
              "x::text",
              "1.2345",
              "1.23",
              "-0.005",
              "7"),
          mapped(
              "float8",
              "float8",
              "encode(float8send(x), 'hex')",
              "encode(float8send(x), 'hex')",
              DOUBLES),
          mapped(
              "float4",
              "float4",
              "encode(float4send(x), 'hex')",
              "encode(float4send(x), 'hex')",
              FLOATS),
          mapped(
              "float4",
              "float8",
              "encode(float8send(x::text::float8), 'hex')",
              "encode(float8send(x), 'hex')",
              FLOATS),
          same("text", TEXTS),
          same("text", LONG),
          mapped("text", "varchar(400)", "x", "x::text", TEXTS),
          mapped("varchar(20)", "text", "x::text", "x", TEXTS),
          mapped("char(5)", "text", "x::text", "x", "a", "b ", "ä"),
          mapped("text", "char(5)", "rtrim(x, ' ')", "x::text", "a", "a ", "ä", ""),
          same("char(6)", "a", "b ", ""),
          mapped("mood", "mood", "x::text", "x::text", "sad", "glad"),
          mapped("mood", "text", "x::text", "x", "sad", "glad"),
          same("timestamptz", TIMES),
          mapped("timestamp", "timestamp", "x::text", "x::text", TIMES),
          mapped("timestamptz", "timestamp", "(x at time zone 'UTC')::text", "x::text", TIMES),
          mapped("timestamp", "timestamptz", "x::text", "(x at time zone 'UTC')::text", TIMES),
          mapped("timestamp", "timestamp(3)", "x::timestamp(3)::text", "x::text", TIMES),
          same("date", "2001-01-14", "infinity", "0001-01-01 BC"),
          same("time", "10:00", "10:00:00.000001", "24:00"),
          same("timetz", "10:00+01", "09:00+00"),
          same("interval", "1 day", "24 hours", "1 month", "30 days", "-1 us"),
          same("boolean", "true", "false"),
          same(
              "uuid",
              "d1a4c0de-0000-4000-8000-000000000001",
              "d1a4c0de-0000-4000-8000-000000000002"),
          same("bytea", "\\x", "\\x00", "\\x0000", "\\x5c78"),
          same("inet", "10.0.0.1", "10.0.0.1/31", "::1"),
          same("cidr", "10.0.0.0/8", "10.0.0.0/16"),
          mapped("json", "json", "x::jsonb::text", "x::jsonb::text", DOCUMENTS),
          same("jsonb", DOCUMENTS),
          mapped("json", "jsonb", "x::jsonb::text", "x::text", DOCUMENTS),
          same("bigint[]", "{}", "{4}", "{4294967301}", "{4,NULL}", "{NULL,4}", "{{4},{5}}"),
          same("text[]", "{}", "{a}", "{\"a,b\"}", "{a,b}", "{NULL}", "{\"NULL\"}"),
          same("int4range", "[1,5)", "empty", "(,5)", "[1,)"),
          same("pair", "(1,a)", "(1,)", "(,a)", "(,)"),
          same("bit(3)", "101", "100"),
          same("point", "(1,2)", "(1,2.0000000000000004)"),
          same("money", "12.34", "12.35"),
          same("macaddr", "08:00:2b:01:02:03", "08:00:2b:01:02:04"),
          same("tsvector", "a b", "a c"));

  /** Whether windows can be cut by it. */
  boolean isTime() {
    return source.startsWith("timestamp") && target.startsWith("timestamp");
  }
}
