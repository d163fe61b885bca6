package io.dualwrite.reconciler.report;

import static io.dualwrite.reconciler.report.VerdictLine.counted;
import static io.dualwrite.reconciler.report.VerdictLine.number;

import io.dualwrite.reconciler.backfill.file.Absent;
import io.dualwrite.reconciler.backfill.file.Counts;
import io.dualwrite.reconciler.backfill.file.FileBackfill;
import io.dualwrite.reconciler.backfill.file.FileBackfillPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A load of files and its plan for people: what stands in the way first, the next step last. */
public final class FileBackfillText {
  private final NextStep next;

  /** Ends with {@code next}. */
  public FileBackfillText(NextStep next) {
    this.next = next;
  }

  /** What was done. */
  public String of(FileBackfill load) {
    StringBuilder text = new StringBuilder();
    load.problem().ifPresent(p -> text.append(p).append('\n'));
    Counts counts = load.counts();
    Columns table = new Columns(1);
    table.add(
        List.of(
            "table",
            "records",
            "copied",
            "inserted",
            "present",
            "pending",
            "absent",
            "set aside",
            "rows/s"));
    long now = counts.records() - load.recordsBefore();
    table.add(
        List.of(
            load.table(),
            number(counts.records()),
            number(counts.copied()),
            number(counts.inserted()),
            number(counts.present()),
            number(counts.pending()),
            number(counts.absent()),
            number(counts.bad()),
            number(now * 1000 / Math.max(1, load.duration().toMillis()))));
    text.append(table.text()).append('\n');
    load.reasons()
        .forEach(
            (why, many) ->
                text.append(counted(many, "record")).append(": ").append(why).append('\n'));
    load.notes().forEach(n -> text.append(n).append('\n'));
    return text.append(verdict(load)).append('\n').toString();
  }

  /** What it comes to, with the next step. */
  public String verdict(FileBackfill load) {
    Counts counts = load.counts();
    String did =
        counted(counts.copied() + counts.inserted(), "row")
            + " of "
            + counted(counts.records(), "record")
            + " brought in"
            + String.format(Locale.ROOT, ", %.1f s. ", load.duration().toMillis() / 1000.0);
    if (!load.finished()) {
      return "Not finished: " + did + "Next: " + next.within("backfill", "--resume");
    }
    String aside =
        counts.bad() == 0
            ? ""
            : counted(counts.bad(), "record")
                + " set aside in "
                + load.setAside().map(Object::toString).orElse("")
                + ": put right what can be, and load that file. ";
    if (load.held() > 0) {
      return "Not all loaded: "
          + did
          + aside
          + counted(load.held(), "record")
          + " absent from the source, and held back: say whether the source has deleted them (--absent skip) or they"
          + " are an archive (--absent insert). Next: "
          + next.within("backfill", "--absent", "insert");
    }
    if (counts.bad() > 0) {
      return "Not all loaded: " + did + aside + "Next: " + again(load);
    }
    return "Done: " + did + archived(load) + "Next: " + next.of("compare", "--table", load.table());
  }

  /** The file of bad records into the same table, with another one for what is still bad. */
  private String again(FileBackfill load) {
    String file = load.setAside().map(Object::toString).orElse("");
    String other = file.replaceFirst("(\\.csv)?$", "-2.csv");
    List<String> words =
        new ArrayList<>(List.of("--table", load.table(), "--file", file, "--set-aside", other));
    if (load.absent() != Absent.HOLD) {
      words.addAll(List.of("--absent", load.absent().name().toLowerCase(Locale.ROOT)));
    }
    return next.of("backfill", words.toArray(String[]::new));
  }

  private static String archived(FileBackfill load) {
    return load.counts().inserted() == 0
        ? ""
        : "What the source has not shows in a comparison as EXTRA; a repair with --delete-extra would delete it. ";
  }

  /** What would be done. */
  public String of(FileBackfillPlan plan) {
    StringBuilder text = new StringBuilder();
    Columns table = new Columns(1);
    table.add(List.of("file", "format", "bytes", "records"));
    for (FileBackfillPlan.PlannedFile file : plan.files()) {
      table.add(
          List.of(
              file.file(),
              file.format().name().toLowerCase(Locale.ROOT),
              number(file.bytes()),
              number(file.records())));
    }
    text.append(table.text()).append('\n');
    for (FileBackfillPlan.PlannedFile file : plan.files()) {
      text.append(file.file()).append(": ").append(String.join(", ", file.columns()));
      if (!file.ignored().isEmpty()) {
        text.append("; not loaded: ").append(String.join(", ", file.ignored()));
      }
      text.append('\n');
    }
    plan.notes().forEach(n -> text.append(n).append('\n'));
    return text.append("Would load these into ")
        .append(plan.table())
        .append(" where the target lacks them; what the source has not ")
        .append(fate(plan.absent()))
        .append(". What cannot be loaded is found out by loading it, and would be set aside in ")
        .append(plan.setAside())
        .append(". Nothing was changed. Next: ")
        .append(next.within("backfill"))
        .append('\n')
        .toString();
  }

  private static String fate(Absent absent) {
    return switch (absent) {
      case HOLD -> "would be held back (--absent insert or skip decides)";
      case INSERT -> "would be inserted";
      case SKIP -> "would be left out";
    };
  }
}
