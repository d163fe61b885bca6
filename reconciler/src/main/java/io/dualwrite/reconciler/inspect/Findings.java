package io.dualwrite.reconciler.inspect;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Collects findings. */
final class Findings {
  private final List<Finding> found = new ArrayList<>();

  /** About a table. */
  void add(Severity severity, String code, String table, String problem, String fix) {
    add(new Finding(severity, code, Optional.of(table), problem, Optional.of(fix)));
  }

  /** About a database, or several tables. */
  void add(Severity severity, String code, String problem, String fix) {
    add(new Finding(severity, code, Optional.empty(), problem, Optional.of(fix)));
  }

  void add(Finding finding) {
    found.add(finding);
  }

  /**
   * About a table, in one text whose first sentence says what is wrong and the others what to do.
   */
  void explained(Severity severity, String code, String table, String explanation) {
    String own = explanation;
    for (String prefix : List.of(table + ": ", table + " ")) {
      if (own.startsWith(prefix)) {
        own = own.substring(prefix.length());
        break;
      }
    }
    String[] sentences = own.split("(?<=[.]) (?=[A-Z])", 2);
    Optional<String> fix = sentences.length == 2 ? Optional.of(sentences[1]) : Optional.empty();
    add(new Finding(severity, code, Optional.of(table), sentences[0], fix));
  }

  /** The worst first; of the same rank, what is about all tables before single ones. */
  List<Finding> ranked() {
    return found.stream()
        .sorted(
            Comparator.comparing(Finding::severity)
                .thenComparing(f -> f.table().orElse(""))
                .thenComparing(Finding::code))
        .toList();
  }
}
