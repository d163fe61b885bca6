package io.dualwrite.reconciler.generated;

import java.util.List;
import java.util.Locale;

/**
 * A key column.
 *
 * @param source its type in the source
 * @param target its type in the target
 * @param values a different value for every number
 */
record KeyKind(String source, String target, Values values) {

  /** As both sides read it, and as a comparison prints it. */
  record Value(String literal, String printed) {
    static Value of(String text) {
      return new Value(text, text);
    }
  }

  /** A value for every number. */
  interface Values {
    Value of(int n);
  }

  private static final Values SMALL = n -> Value.of(String.valueOf(n));
  private static final Values BIG =
      n -> Value.of(String.valueOf(n * (n % 2 == 0 ? 1L : 4294967296L)));
  private static final Values TEXT =
      n -> Value.of(List.of("", "ä", "a b", "\\", "\"", "Ω").get(n % 6) + n);
  private static final Values TIME =
      n ->
          new Value(
              String.format(
                  Locale.ROOT, "2001-01-%02d %02d:%02d:07", 1 + n / 600, n / 60 % 10, n % 60),
              String.format(
                  Locale.ROOT, "2001-01-%02dT%02d:%02d:07", 1 + n / 600, n / 60 % 10, n % 60));

  static final List<KeyKind> ALL =
      List.of(
          new KeyKind("int", "int", SMALL),
          new KeyKind("int", "bigint", SMALL),
          new KeyKind("bigint", "bigint", BIG),
          new KeyKind("numeric", "numeric", SMALL),
          new KeyKind("text", "text", TEXT),
          new KeyKind("varchar(20)", "text", TEXT),
          new KeyKind("text", "varchar(40)", TEXT),
          new KeyKind("char(12)", "char(12)", TEXT),
          new KeyKind("text collate \"de-x-icu\"", "text", TEXT),
          new KeyKind(
              "uuid",
              "uuid",
              n -> Value.of(String.format(Locale.ROOT, "%08x-0000-4000-8000-%012x", n * 7919, n))),
          new KeyKind("timestamp", "timestamp", TIME),
          new KeyKind(
              "timestamptz",
              "timestamptz",
              n -> new Value(TIME.of(n).literal() + "Z", TIME.of(n).printed() + "Z")),
          new KeyKind("bytea", "bytea", n -> Value.of(String.format(Locale.ROOT, "\\x%08x", n))),
          new KeyKind(
              "inet",
              "inet",
              n -> Value.of(String.format(Locale.ROOT, "10.0.%d.%d/32", n / 250, n % 250))));
}
