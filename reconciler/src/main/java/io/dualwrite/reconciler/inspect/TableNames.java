package io.dualwrite.reconciler.inspect;

import io.dualwrite.jdbc.config.Suggestion;
import io.dualwrite.jdbc.config.TablesConfig;
import java.util.Collection;
import java.util.List;

/**
 * Finds the tables that a user has asked for.
 *
 * @param known the identities of the tables that can be asked for
 * @param all the names of all tables of the source, to tell why one cannot
 * @param config what is selected
 */
public record TableNames(Collection<String> known, Collection<String> all, TablesConfig config) {

  /**
   * Their identities; a name without its schema will do where only one table has it.
   *
   * @throws IllegalArgumentException naming what was asked for and the nearest names
   */
  public List<String> resolve(List<String> asked) {
    return asked.stream().map(this::resolve).toList();
  }

  private String resolve(String asked) {
    List<String> fitting = fitting(asked, known);
    if (fitting.size() == 1) {
      return fitting.get(0);
    }
    if (fitting.size() > 1) {
      throw new IllegalArgumentException(
          "--table " + asked + ": several tables are called that: " + String.join(", ", fitting));
    }
    List<String> left = fitting(asked, all);
    throw new IllegalArgumentException(
        "--table "
            + asked
            + (left.isEmpty()
                ? ": no such table among those that are mirrored." + near(asked)
                : ": " + left.get(0) + " is left out by " + reason(left.get(0)) + "."));
  }

  private static List<String> fitting(String asked, Collection<String> names) {
    return names.contains(asked)
        ? List.of(asked)
        : names.stream().filter(k -> k.endsWith("." + asked)).toList();
  }

  /** Without a schema, names are near by what is behind the dot. */
  private String near(String asked) {
    String whole = Suggestion.didYouMean(asked, known);
    if (!whole.isEmpty() || asked.indexOf('.') >= 0) {
      return whole;
    }
    return Suggestion.nearest(
            asked, known.stream().map(k -> k.substring(k.indexOf('.') + 1)).toList())
        .map(near -> " Did you mean " + String.join(" or ", fitting(near, known)) + "?")
        .orElse("");
  }

  private String reason(String table) {
    return config
        .excludedBy(table)
        .map(glob -> "tables.exclude " + glob)
        .orElse("tables.include, which is " + String.join(", ", config.include()));
  }
}
