package io.dualwrite.reconciler.backfill.file;

import static java.util.stream.Collectors.joining;

import io.dualwrite.jdbc.config.Suggestion;
import io.dualwrite.jdbc.schema.ColumnPair;
import io.dualwrite.jdbc.schema.TablePair;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which column of the table gets which of a file's: by name, the source's or the target's, as it is
 * written or else whatever the case.
 *
 * @param pair the table
 * @param ignored names of columns, of the file or the table, that are left out
 */
record ColumnMapping(TablePair pair, List<String> ignored) {

  /**
   * The table's columns, in its order, with the file's.
   *
   * @param file how it is called in messages
   * @param columns the file's names with their types, in its order
   * @throws IllegalArgumentException naming everything that does not fit
   */
  List<FileColumn> of(String file, Map<String, String> columns) {
    List<String> names = List.copyOf(columns.keySet());
    Map<String, ColumnPair> taken = new LinkedHashMap<>();
    List<String> problems = new ArrayList<>();
    List<FileColumn> loaded = new ArrayList<>();
    Set<String> used = new HashSet<>();
    for (ColumnPair column : pair.columns()) {
      Optional<String> name = isIgnored(column) ? Optional.empty() : nameOf(column, names);
      name.ifPresent(
          n -> {
            if (taken.put(n, column) == null) {
              used.add(n);
              loaded.add(
                  new FileColumn(column, names.indexOf(n), n, columns.getOrDefault(n, "VARCHAR")));
            } else {
              problems.add(n + " fits two columns of " + pair.name());
            }
          });
      if (name.isEmpty()) {
        missing(column, names).ifPresent(problems::add);
      }
    }
    for (String name : names) {
      if (!used.contains(name) && !isIgnored(name) && !SetAsideFile.isOwnColumn(name)) {
        problems.add(extra(name));
      }
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(
          file + " does not fit " + pair.name() + ": " + String.join("; ", problems));
    }
    return List.copyOf(loaded);
  }

  private boolean isIgnored(String name) {
    return ignored.stream().anyMatch(name::equalsIgnoreCase);
  }

  private boolean isIgnored(ColumnPair column) {
    return isIgnored(column.source().name()) || isIgnored(column.target().name());
  }

  private static Optional<String> nameOf(ColumnPair column, List<String> names) {
    for (String wanted : List.of(column.source().name(), column.target().name())) {
      if (names.contains(wanted)) {
        return Optional.of(wanted);
      }
    }
    for (String wanted : List.of(column.source().name(), column.target().name())) {
      List<String> fitting = names.stream().filter(wanted::equalsIgnoreCase).toList();
      if (fitting.size() == 1) {
        return Optional.of(fitting.get(0));
      }
    }
    return Optional.empty();
  }

  private Optional<String> missing(ColumnPair column, List<String> names) {
    String name = column.source().name();
    if (isIgnored(column)) {
      if (pair.key().contains(column)) {
        return Optional.of(name + " is part of the key and cannot be ignored");
      }
      return column.target().required()
          ? Optional.of(name + " cannot be ignored: it may not be null and has no default")
          : Optional.empty();
    }
    return Optional.of("the file has no column " + name + "." + Suggestion.didYouMean(name, names));
  }

  private String extra(String name) {
    return "the table has no column "
        + name
        + " that could be written."
        + Suggestion.didYouMean(name, pair.columns().stream().map(c -> c.source().name()).toList())
        + " --ignore-column "
        + name
        + " leaves it out";
  }

  /** The names that are ignored although neither the table nor a file has them. */
  Optional<String> unknownIgnored(Set<String> namesOfFiles) {
    Set<String> known = new HashSet<>(namesOfFiles);
    pair.columns().forEach(c -> known.addAll(List.of(c.source().name(), c.target().name())));
    List<String> unknown =
        ignored.stream().filter(i -> known.stream().noneMatch(i::equalsIgnoreCase)).toList();
    return unknown.isEmpty()
        ? Optional.empty()
        : Optional.of(
            unknown.stream()
                .map(
                    u ->
                        "--ignore-column "
                            + u
                            + ": neither the table nor the files have it."
                            + Suggestion.didYouMean(u, known))
                .collect(joining("; ")));
  }
}
