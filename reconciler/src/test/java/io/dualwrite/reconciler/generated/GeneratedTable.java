package io.dualwrite.reconciler.generated;

import static java.util.stream.Collectors.joining;

import io.dualwrite.jdbc.config.TableOverride;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A table {@code public.t} of random columns, in another order and with other names on the target.
 * The column {@code n} numbers its rows on both sides.
 */
final class GeneratedTable {
  private final List<KeyKind> keys = new ArrayList<>();
  private final List<Kind> columns = new ArrayList<>();
  private final Map<String, String> renamed = new LinkedHashMap<>();
  private final boolean ignored;
  private final List<Integer> targetOrder = new ArrayList<>();
  private final int timeColumn;
  private final boolean indexed;

  GeneratedTable(Random random, boolean keyless) {
    for (int i = 0; !keyless && i <= random.nextInt(2); i++) {
      keys.add(KeyKind.ALL.get(random.nextInt(KeyKind.ALL.size())));
    }
    int number = 2 + random.nextInt(7);
    for (int i = 0; i < number; i++) {
      columns.add(Kind.ALL.get(random.nextInt(Kind.ALL.size())));
      targetOrder.add(i);
      if (random.nextInt(4) == 0) {
        renamed.put(name(i), "Other " + i);
      }
    }
    Collections.shuffle(targetOrder, random);
    ignored = random.nextBoolean();
    List<Integer> times = targetOrder.stream().filter(i -> columns.get(i).isTime()).toList();
    timeColumn = times.isEmpty() ? -1 : times.get(0);
    indexed = random.nextBoolean();
  }

  static String name(int column) {
    return "c" + column;
  }

  private String targetName(int column) {
    return '"' + renamed.getOrDefault(name(column), name(column)) + '"';
  }

  TableOverride override() {
    TableOverride.Builder builder =
        TableOverride.builder().columns(renamed).keylessRanges(keys.isEmpty());
    if (ignored) {
      builder.ignoreColumns("loaded_at");
    }
    if (timeColumn >= 0) {
      builder.timeColumn(name(timeColumn));
    }
    return builder.build();
  }

  List<String> createSource() {
    List<String> parts = new ArrayList<>(List.of("n int not null"));
    for (int i = 0; i < keys.size(); i++) {
      parts.add("k" + i + " " + keys.get(i).source());
    }
    for (int i = 0; i < columns.size(); i++) {
      parts.add(name(i) + " " + columns.get(i).source());
    }
    if (ignored) {
      parts.add("loaded_at timestamptz default clock_timestamp()");
    }
    return create(parts, name(Math.max(0, timeColumn)));
  }

  List<String> createTarget() {
    List<String> parts = new ArrayList<>();
    for (int i : targetOrder) {
      parts.add(targetName(i) + " " + columns.get(i).target());
    }
    for (int i = keys.size() - 1; i >= 0; i--) {
      parts.add("k" + i + " " + keys.get(i).target());
    }
    parts.add("n int not null");
    return create(parts, targetName(Math.max(0, timeColumn)));
  }

  private List<String> create(List<String> parts, String time) {
    if (!keys.isEmpty()) {
      parts.add("primary key (" + keyNames() + ")");
    }
    List<String> statements =
        new ArrayList<>(
            List.of(
                "create type mood as enum ('sad', 'glad')",
                "create type pair as (a int, b text)",
                "create table t (" + String.join(", ", parts) + ")"));
    if (indexed && timeColumn >= 0) {
      statements.add("create index on t (" + time + ")");
    }
    return statements;
  }

  private String keyNames() {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      names.add("k" + i);
    }
    return String.join(", ", names);
  }

  /** Random values of all columns. */
  List<@Nullable String> values(Random random) {
    List<@Nullable String> values = new ArrayList<>();
    for (Kind kind : columns) {
      values.add(value(kind, random));
    }
    return values;
  }

  /** The same with another value, most often, in one column. */
  List<@Nullable String> changed(List<@Nullable String> values, Random random) {
    List<@Nullable String> changed = new ArrayList<>(values);
    int column = random.nextInt(columns.size());
    changed.set(column, value(columns.get(column), random));
    return changed;
  }

  private static @Nullable String value(Kind kind, Random random) {
    return random.nextInt(6) == 0 ? null : kind.values().get(random.nextInt(kind.values().size()));
  }

  String insert(int n, List<@Nullable String> values, boolean source) {
    List<String> names = new ArrayList<>(List.of("n"));
    List<String> literals = new ArrayList<>(List.of(String.valueOf(n)));
    for (int i = 0; i < keys.size(); i++) {
      names.add("k" + i);
      literals.add(literal(keys.get(i).values().of(n).literal()));
    }
    for (int i = 0; i < columns.size(); i++) {
      names.add(source ? name(i) : targetName(i));
      literals.add(literal(values.get(i)));
    }
    return "insert into t ("
        + String.join(", ", names)
        + ") values ("
        + String.join(", ", literals)
        + ")";
  }

  private static String literal(@Nullable String value) {
    return value == null ? "null" : "'" + value.replace("'", "''") + "'";
  }

  /** How a comparison prints the key of a row. */
  Map<String, String> printedKey(int n) {
    Map<String, String> key = new LinkedHashMap<>();
    for (int i = 0; i < keys.size(); i++) {
      key.put("k" + i, keys.get(i).values().of(n).printed());
    }
    return key;
  }

  /** Every row's number and its values as the target holds them. */
  String select(boolean source) {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      Kind kind = columns.get(i);
      String value = source ? name(i) : targetName(i);
      texts.add((source ? kind.asTarget() : kind.onTarget()).replaceAll("\\bx\\b", value));
    }
    return "select n, " + String.join(", ", texts) + " from t";
  }

  @Override
  public String toString() {
    return "keys "
        + keys.stream().map(k -> k.source() + " to " + k.target()).collect(joining(", "))
        + "; columns "
        + columns.stream().map(k -> k.source() + " to " + k.target()).collect(joining(", "))
        + "; windows by "
        + (timeColumn < 0 ? "key" : name(timeColumn) + (indexed ? ", indexed" : ""));
  }
}
