package io.dualwrite.reconciler.report;

import static java.util.stream.Collectors.joining;

import io.dualwrite.jdbc.journal.Gaps;
import io.dualwrite.jdbc.journal.Instances;
import io.dualwrite.jdbc.journal.Journal;
import io.dualwrite.reconciler.MigrationStatus;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** Where a migration stands, in a few lines. */
public final class StatusReport {
  private final NextStep next;

  /** Names {@code next} where something is to be done. */
  public StatusReport(NextStep next) {
    this.next = next;
  }

  /** For people. */
  public String of(MigrationStatus status) {
    StringBuilder text =
        new StringBuilder("migration ")
            .append(status.migration())
            .append(" · phase ")
            .append(status.phase());
    if (!status.initialised()) {
      text.append(
          status.problems().isEmpty()
              ? " (configured) · no control schema yet. Next: " + next.of("init") + "\n"
              : "\n");
      return text.append(problems(status)).toString();
    }
    text.append(" · kill switch ").append(status.killSwitch() ? "ENGAGED" : "released");
    text.append(" · epoch ").append(status.epoch()).append('\n');
    text.append(writers(status.instances()));
    Journal.Depth journal = status.journal();
    text.append("journal    ").append(VerdictLine.number(journal.pending())).append(" pending");
    text.append(journal.pending() == 0 ? "" : ", oldest " + age(journal.oldest()));
    text.append(" · ").append(VerdictLine.number(journal.setAside())).append(" set aside\n");
    for (Journal.SetAside entry : status.setAside()) {
      text.append("set aside  ").append(setAside(entry)).append('\n');
    }
    text.append("gaps       ").append(gaps(status.gaps())).append('\n');
    return text.append(problems(status)).toString();
  }

  private static String problems(MigrationStatus status) {
    return status.problems().stream().map(p -> "problem    " + p + "\n").collect(joining());
  }

  private static String writers(List<Instances.Instance> instances) {
    List<Instances.Instance> alive = instances.stream().filter(Instances.Instance::alive).toList();
    List<Instances.Instance> gone = instances.stream().filter(i -> !i.alive()).toList();
    String text =
        "writers    "
            + alive.size()
            + " alive"
            + (alive.isEmpty()
                ? ""
                : ": " + alive.stream().map(StatusReport::alive).collect(joining(", ")));
    return text
        + (gone.isEmpty()
            ? ""
            : " · "
                + gone.size()
                + " gone: "
                + gone.stream().limit(5).map(StatusReport::gone).collect(joining(", ")))
        + "\n";
  }

  private static String alive(Instances.Instance instance) {
    return instance.name()
        + " ("
        + age(instance.lastSeen())
        + " ago"
        + (instance.state().isEmpty() ? "" : ", " + instance.state())
        + ")";
  }

  private static String gone(Instances.Instance instance) {
    return instance.name()
        + " ("
        + age(instance.lastSeen())
        + " ago, "
        + (instance.stopped() ? "left in order" : "without a word")
        + ")";
  }

  private static String setAside(Journal.SetAside entry) {
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

  private static String age(Duration age) {
    double seconds = age.toMillis() / 1000.0;
    if (seconds < 120) {
      return String.format(Locale.ROOT, seconds < 10 ? "%.2f s" : "%.0f s", seconds);
    }
    return seconds < 7200 ? (age.toMinutes() + " min") : (age.toHours() + " h");
  }
}
