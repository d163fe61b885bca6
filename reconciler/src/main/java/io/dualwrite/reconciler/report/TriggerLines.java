package io.dualwrite.reconciler.report;

import io.dualwrite.jdbc.trigger.Coverage;
import java.util.Optional;

/** What capture by triggers sees, in a line, and what it does not, in one each. */
final class TriggerLines {
  private static final int LISTED = 10;

  private TriggerLines() {}

  static String of(Optional<Coverage> triggers, NextStep next) {
    if (triggers.isEmpty()) {
      return "";
    }
    Coverage coverage = triggers.get();
    if (!coverage.installed()) {
      return "triggers   none, and capture: TRIGGER is configured. Next: " + next.of("init") + "\n";
    }
    StringBuilder text =
        new StringBuilder("triggers   on ")
            .append(coverage.relations() - coverage.holes().size())
            .append(" of ")
            .append(coverage.relations())
            .append(" tables and partitions");
    boolean right = coverage.complete() && coverage.problems().isEmpty();
    text.append(right ? "\n" : ". Next: " + next.of("init") + "\n");
    coverage.problems().forEach(p -> text.append("not right  ").append(p).append('\n'));
    coverage.holes().stream()
        .limit(LISTED)
        .forEach(hole -> text.append("not seen   ").append(hole.explanation()).append('\n'));
    if (coverage.holes().size() > LISTED) {
      text.append("           and ").append(coverage.holes().size() - LISTED).append(" more\n");
    }
    return text.toString();
  }
}
