package io.dualwrite.reconciler.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Which tables are looked at. */
final class TablesOption {
  @Option(
      names = "--table",
      paramLabel = "NAME",
      description = "Only this table, schema.name as in the source. Repeatable.",
      order = 10)
  private List<String> tables = new ArrayList<>();

  /** Their names; empty: all. */
  List<String> names() {
    return List.copyOf(tables);
  }

  /** The options again that say so. */
  List<String> scope() {
    List<String> scope = new ArrayList<>();
    tables.forEach(table -> scope.addAll(List.of("--table", table)));
    return scope;
  }
}
