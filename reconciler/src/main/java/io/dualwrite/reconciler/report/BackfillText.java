package io.dualwrite.reconciler.report;

import static io.dualwrite.reconciler.report.VerdictLine.counted;
import static io.dualwrite.reconciler.report.VerdictLine.number;

import io.dualwrite.reconciler.backfill.Backfill;
import io.dualwrite.reconciler.backfill.Backfill.TableBackfill;
import io.dualwrite.reconciler.backfill.BackfillPlan;
import java.util.List;
import java.util.Locale;

/** A backfill and its plan for people: what stands in the way first, the next step last. */
public final class BackfillText {
  private final NextStep next;

  /** Ends with {@code next}. */
  public BackfillText(NextStep next) {
    this.next = next;
  }

  /** What was done. */
  public String of(Backfill backfill) {
    StringBuilder text = new StringBuilder();
    backfill.unbuilt().forEach(u -> text.append(u).append('\n'));
    backfill.notes().forEach(n -> text.append(n).append('\n'));
    Columns table = new Columns(1);
    table.add(
        List.of(
            "table", "windows", "before", "rows", "copied", "pending", "differ", "refused",
            "rows/s"));
    for (TableBackfill t : backfill.tables()) {
      table.add(
          List.of(
              t.table(),
              number(t.windows()),
              number(t.windowsBefore()),
              number(t.rows()),
              number(t.copied()),
              number(t.pending()),
              number(t.changed() + t.extra()),
              number(t.refused()),
              number(t.rows() * 1000 / Math.max(1, t.duration().toMillis()))));
    }
    text.append(table.text()).append('\n');
    for (TableBackfill t : backfill.tables()) {
      t.problems().forEach(p -> line(text, t.table(), p));
      t.notes().forEach(n -> line(text, t.table(), n));
    }
    return text.append(verdict(backfill)).append('\n').toString();
  }

  private static void line(StringBuilder text, String table, String words) {
    text.append(words.startsWith(table) ? "" : table + ": ").append(words).append('\n');
  }

  /** What it comes to, in one line with the next step. */
  public String verdict(Backfill backfill) {
    String did =
        counted(backfill.copied(), "row")
            + " copied"
            + backfill.until().map(u -> " of the time before " + u).orElse("")
            + String.format(Locale.ROOT, " in %.1f s. ", backfill.duration().toMillis() / 1000.0);
    if (backfill.interrupted()) {
      return "Not finished: " + did + "Next: " + next.within("backfill", "--resume");
    }
    if (!backfill.leftOut().isEmpty()) {
      return "Not finished: "
          + did
          + String.join(", ", backfill.leftOut())
          + " cannot be mirrored as said above. Put it right, or leave "
          + (backfill.leftOut().size() == 1 ? "it" : "them")
          + " out with tables.exclude in the configuration, then: "
          + next.within("backfill");
    }
    if (!backfill.unbuilt().isEmpty()) {
      return "Not finished: "
          + did
          + "Put right what keeps the target from building these, then: "
          + next.of("backfill", "--restore-indexes");
    }
    if (backfill.refused() > 0) {
      return "Not finished: "
          + did
          + counted(backfill.refused(), "row")
          + " refused by the target. Put it right there, then: "
          + next.within("backfill", "--resume");
    }
    if (backfill.differing() > 0) {
      return "Done: "
          + did
          + counted(backfill.differing(), "row")
          + " of the target differ and were left. Next: "
          + next.of("repair", "--dry-run");
    }
    return "Done: " + did + "Next: " + next.of("compare");
  }

  /** What would be done. */
  public String of(BackfillPlan plan) {
    StringBuilder text = new StringBuilder();
    Columns table = new Columns(1);
    table.add(List.of("table", "source", "target", "format", "in the order of"));
    for (BackfillPlan.TablePlan t : plan.tables()) {
      table.add(
          List.of(
              t.table(),
              number(t.sourceRows()),
              number(t.targetRows()),
              t.format(),
              t.cutBy().isEmpty() ? "(one piece)" : String.join(", ", t.cutBy())));
    }
    text.append(table.text()).append('\n');
    for (BackfillPlan.TablePlan t : plan.tables()) {
      t.problem().ifPresent(p -> line(text, t.table(), "cannot be copied: " + p));
      t.notes().forEach(n -> line(text, t.table(), n));
      t.dropped().forEach(d -> line(text, t.table(), "dropped and built again: " + d));
    }
    return text.append("Would copy what the target lacks ")
        .append(plan.until().map(u -> "of the time before " + u).orElse("of all times"))
        .append(", in this order; rows are estimated. Nothing was changed. Next: ")
        .append(next.within("backfill"))
        .append('\n')
        .toString();
  }
}
