package io.dualwrite.testing;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The rows that only one of two results has, counting duplicates. */
record RowDifference(
    List<List<@Nullable String>> sourceOnly, List<List<@Nullable String>> targetOnly) {

  private static final int SHOWN = 5;

  static RowDifference between(
      List<List<@Nullable String>> source, List<List<@Nullable String>> target) {
    return new RowDifference(without(source, target), without(target, source));
  }

  boolean isEmpty() {
    return sourceOnly.isEmpty() && targetOnly.isEmpty();
  }

  String describe(String sourceSql, String targetSql) {
    String sql = sourceSql.equals(targetSql) ? sourceSql : sourceSql + " against " + targetSql;
    return "the sides differ: "
        + sql
        + "\n  only in the source: "
        + sample(sourceOnly)
        + "\n  only in the target: "
        + sample(targetOnly);
  }

  private static String sample(List<List<@Nullable String>> rows) {
    String more = rows.size() > SHOWN ? " and " + (rows.size() - SHOWN) + " more" : "";
    return rows.size() + " rows " + rows.subList(0, Math.min(SHOWN, rows.size())) + more;
  }

  private static List<List<@Nullable String>> without(
      List<List<@Nullable String>> rows, List<List<@Nullable String>> others) {
    Map<List<@Nullable String>, Integer> remaining = new HashMap<>();
    others.forEach(row -> remaining.merge(row, 1, Integer::sum));
    List<List<@Nullable String>> left = new ArrayList<>();
    for (List<@Nullable String> row : rows) {
      int count = remaining.getOrDefault(row, 0);
      if (count == 0) {
        left.add(row);
      } else {
        remaining.put(row, count - 1);
      }
    }
    return left;
  }
}
