package io.dualwrite.reconciler.compare;

import io.dualwrite.reconciler.checksum.ComparedColumn;
import io.dualwrite.reconciler.checksum.ComparedTable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Compares the rows that both sides have of one key: one each, unless the columns of the key are
 * not unique on a side.
 */
record Namesakes(ComparedTable table) {

  /** What is to be said of them, but for deliveries that are still to come. */
  Verdict verdict(List<List<@Nullable String>> source, List<List<@Nullable String>> target) {
    List<List<@Nullable String>> rest = new ArrayList<>(target);
    List<List<@Nullable String>> differing = new ArrayList<>();
    for (List<@Nullable String> row : source) {
      int twin = twin(row, rest);
      if (twin < 0) {
        differing.add(row);
      } else {
        rest.remove(twin);
      }
    }
    if (differing.isEmpty() && rest.isEmpty()) {
      return new Verdict.Same();
    }
    int more = source.size() - target.size();
    boolean changed = more == 0;
    return new Verdict.Differs(
        changed
            ? Difference.Kind.CHANGED
            : more > 0 ? Difference.Kind.MISSING : Difference.Kind.EXTRA,
        changed ? changed(differing.get(0), rest.get(0)) : List.of(),
        changed ? differing.size() : Math.abs(more),
        source.size(),
        target.size());
  }

  private int twin(List<@Nullable String> row, List<List<@Nullable String>> rows) {
    for (int i = 0; i < rows.size(); i++) {
      if (changed(row, rows.get(i)).isEmpty()) {
        return i;
      }
    }
    return -1;
  }

  private List<String> changed(List<@Nullable String> source, List<@Nullable String> target) {
    List<String> changed = new ArrayList<>();
    for (int i = 0; i < table.columns().size(); i++) {
      ComparedColumn column = table.columns().get(i);
      if (!same(column, source.get(i), target.get(i))) {
        changed.add(column.pair().source().name());
      }
    }
    return changed;
  }

  private static boolean same(
      ComparedColumn column, @Nullable String source, @Nullable String target) {
    if (source == null || target == null) {
      return source == null && target == null;
    }
    return source.equals(target)
        || column.isNear(source, target)
        || (column.isJson() && JsonTrees.same(source, target));
  }
}
