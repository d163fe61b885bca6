package io.dualwrite.reconciler.report;

import static java.util.stream.Collectors.joining;

import io.dualwrite.jdbc.journal.Gaps;
import io.dualwrite.jdbc.journal.Journal;
import io.dualwrite.jdbc.journal.SetAside;
import io.dualwrite.reconciler.MigrationStatus;
import java.util.List;

/** Where a migration stands, in a few lines. */
public final class StatusReport {
  private final NextStep next;

  /** Names {@code next} where something is to be done. */
  public StatusReport(NextStep next) {
    this.next = next;
  }

  /** Phase, kill switch and who follows them, for people. */
  public String ofPhase(MigrationStatus status) {
    return head(status)
        + (status.initialised() ? InstanceLines.of(status.instances()) + problems(status) : "");
  }

  /** For people. */
  public String of(MigrationStatus status) {
    if (!status.initialised()) {
      return head(status);
    }
    StringBuilder text = new StringBuilder(head(status));
    text.append(InstanceLines.of(status.instances()));
    Journal.Depth journal = status.journal();
    text.append("journal    ").append(VerdictLine.number(journal.pending())).append(" pending");
    text.append(journal.pending() == 0 ? "" : ", oldest " + InstanceLines.age(journal.oldest()));
    text.append(" · ").append(VerdictLine.number(journal.setAside())).append(" set aside\n");
    for (SetAside entry : status.setAside()) {
      text.append("set aside  ").append(setAside(entry)).append('\n');
    }
    text.append(TriggerLines.of(status.triggers(), next));
    text.append(StrictLine.of(status.strict(), status.phase().primary().other()));
    text.append(VerifiedLines.of(status.kept(), next));
    text.append("gaps       ").append(gaps(status.gaps())).append('\n');
    return text.append(problems(status)).toString();
  }

  private String head(MigrationStatus status) {
    String text = "migration " + status.migration() + " · phase " + status.phase();
    if (!status.initialised()) {
      return text
          + (status.problems().isEmpty()
              ? " (configured) · no control schema yet. Next: " + next.of("init") + "\n"
              : "\n")
          + problems(status);
    }
    return text + " · kill switch " + killSwitch(status) + " · epoch " + status.epoch() + "\n";
  }

  private static String killSwitch(MigrationStatus status) {
    long engaged =
        status.instances().stream().filter(i -> i.alive() && !i.killSwitchBy().isEmpty()).count();
    return status.killSwitch()
        ? "ENGAGED"
        : engaged == 0
            ? "released"
            : "released here, ENGAGED by another source in " + engaged + " of the writers";
  }

  private static String problems(MigrationStatus status) {
    return status.problems().stream().map(p -> "problem    " + p + "\n").collect(joining());
  }

  private static String setAside(SetAside entry) {
    return entry.table()
        + (entry.key().isEmpty() ? " range" : " key " + String.join(", ", entry.key()))
        + " since "
        + entry.at()
        + ", "
        + entry.tries()
        + (entry.tries() == 1 ? " try: " : " tries: ")
        + entry.reason();
  }

  private String gaps(List<Gaps.Gap> gaps) {
    if (gaps.isEmpty()) {
      return "none";
    }
    return gaps.stream()
            .limit(5)
            .map(
                g ->
                    g.since()
                        + " to "
                        + g.until().map(Object::toString).orElse("now")
                        + " ("
                        + g.reason()
                        + ")")
            .collect(joining(", "))
        + (gaps.size() > 5 ? " and " + (gaps.size() - 5) + " more" : "")
        + ". Next: "
        + next.of("repair");
  }
}
