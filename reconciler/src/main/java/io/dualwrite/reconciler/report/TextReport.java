package io.dualwrite.reconciler.report;

import static io.dualwrite.reconciler.report.VerdictLine.counted;
import static io.dualwrite.reconciler.report.VerdictLine.number;
import static io.dualwrite.reconciler.report.VerdictLine.sum;
import static java.util.stream.Collectors.joining;

import io.dualwrite.reconciler.compare.Comparison;
import io.dualwrite.reconciler.compare.Difference;
import io.dualwrite.reconciler.compare.TableComparison;
import io.dualwrite.reconciler.compare.WindowResult;
import io.dualwrite.reconciler.compare.WindowResult.Status;
import io.dualwrite.reconciler.repair.Repair;
import io.dualwrite.reconciler.repair.RepairPlan;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Results for people: what could not be looked at first, then the tables, then the rows, then the
 * verdict with its next step.
 */
public final class TextReport {
  private static final String[] HEAD = {
    "table", "source", "target", "windows", "equal", "differ", "not yet", "failed", "missing",
    "extra", "changed"
  };

  private final NextStep next;

  /** Ends with {@code next}. */
  public TextReport(NextStep next) {
    this.next = next;
  }

  /** A comparison. */
  public String of(Comparison comparison) {
    boolean differs = comparison.count(Status.DIFFERS) > 0;
    return body(comparison)
        + new VerdictLine(comparison).text()
        + (differs ? " Next: " + next.within("repair", "--dry-run") : "")
        + "\n";
  }

  /** What a repair would do. */
  public String of(RepairPlan plan, boolean deleteExtra) {
    if (plan.comparison().nothingFound()) {
      return of(plan.comparison());
    }
    String then =
        plan.copied() + plan.deleted() == 0
            ? ""
            : " Next: "
                + (deleteExtra ? next.within("repair", "--delete-extra") : next.within("repair"));
    return body(plan.comparison()) + new PlanLines(plan, deleteExtra).text() + then + "\n";
  }

  /** A repair. */
  public String of(Repair repair) {
    Columns work = new Columns(1);
    work.add(List.of("table", "copied", "deleted", "problems"));
    StringBuilder problems = new StringBuilder();
    for (Repair.TableRepair table : repair.tables()) {
      work.add(
          List.of(
              table.table(),
              number(table.copied()),
              number(table.deleted()),
              number(table.problems().size())));
      table
          .problems()
          .forEach(p -> problems.append(table.table()).append(": ").append(p).append('\n'));
    }
    String gaps =
        repair.gapsReconciled() == 0
            ? ""
            : " " + counted(repair.gapsReconciled(), "gap") + " reconciled.";
    String did =
        "Repaired: "
            + counted(repair.copied(), "row")
            + " copied, "
            + number(repair.deleted())
            + " deleted."
            + (repair.stopped() ? " Stopped at --max-changes." : "")
            + gaps
            + "\n";
    String left = repair.after().nothingFound() ? "" : "\n" + body(repair.after());
    String then =
        sum(repair.after(), Difference.Kind.EXTRA) > 0
            ? " Extra rows stay unless you say: " + next.within("repair", "--delete-extra")
            : repair.after().ofDifferences() ? " Next: " + next.within("compare") : "";
    return work.text()
        + "\n"
        + problems
        + did
        + left
        + new VerdictLine(repair.after()).text()
        + then
        + "\n";
  }

  private String body(Comparison comparison) {
    StringBuilder text = new StringBuilder();
    comparison.tables().forEach(t -> text.append(unseen(t)));
    text.append(exclude(comparison));
    if (text.length() > 0) {
      text.append('\n');
    }
    Columns table = new Columns(1);
    table.add(List.of(HEAD));
    comparison.tables().forEach(t -> table.add(line(t)));
    text.append(table.text()).append('\n');
    StringBuilder rows = new StringBuilder();
    comparison.tables().forEach(t -> rows.append(differences(t)));
    comparison
        .tables()
        .forEach(
            t -> t.notes().forEach(n -> rows.append(t.table()).append(' ').append(n).append('\n')));
    comparison.tables().forEach(t -> rows.append(EarlierLines.of(t)));
    return text + (rows.length() == 0 ? "" : rows + "\n");
  }

  /** What was not compared, and why: windows with the same reason in one line. */
  private static String unseen(TableComparison table) {
    Map<String, Long> reasons = new LinkedHashMap<>();
    for (WindowResult window : table.windows()) {
      if (window.status() != Status.EQUAL && window.status() != Status.DIFFERS) {
        String reason = window.reason().orElse("unknown");
        // Some reasons begin with the table's name themselves.
        String own = reason.startsWith(table.table() + ": ") ? table.table() + ": " : "";
        reasons.merge(word(window.status()) + ": " + reason.substring(own.length()), 1L, Long::sum);
      }
    }
    return reasons.entrySet().stream()
        .map(
            r ->
                table.table()
                    + (r.getValue() == 1 ? "" : " (" + number(r.getValue()) + " windows)")
                    + " "
                    + r.getKey()
                    + "\n")
        .collect(joining());
  }

  private static String word(Status status) {
    return switch (status) {
      case NOT_YET -> "not compared yet";
      case SKIPPED -> "cannot be compared";
      default -> status.name().toLowerCase(Locale.ROOT);
    };
  }

  /** The way out that fits every table that cannot be compared. */
  private static String exclude(Comparison comparison) {
    List<String> skipped =
        comparison.tables().stream()
            .filter(t -> t.count(Status.SKIPPED) > 0)
            .map(t -> '"' + t.table() + '"')
            .toList();
    return skipped.isEmpty()
        ? ""
        : "To leave "
            + (skipped.size() == 1 ? "it" : "them")
            + " out: `exclude: ["
            + String.join(", ", skipped)
            + "]` under tables. Until then the exit code is 3.\n";
  }

  private static List<String> line(TableComparison table) {
    if (table.count(Status.SKIPPED) > 0) {
      List<String> line = new ArrayList<>(Collections.nCopies(HEAD.length, "-"));
      line.set(0, table.table());
      return line;
    }
    return List.of(
        table.table(),
        number(table.sourceRows()),
        number(table.targetRows()),
        number(table.windows().size()),
        number(table.count(Status.EQUAL)),
        number(table.count(Status.DIFFERS)),
        number(table.count(Status.NOT_YET)),
        number(table.count(Status.FAILED) + table.count(Status.SKIPPED)),
        number(table.missing()),
        number(table.extra()),
        number(table.changed()));
  }

  private static String differences(TableComparison table) {
    if (table.differences().isEmpty()) {
      return "";
    }
    Columns lines = new Columns(5);
    String name = table.table();
    String window = "";
    for (Difference d : table.differences()) {
      String label = d.window().label();
      String key =
          d.key().isEmpty()
              ? counted(d.rows(), "row")
              : d.key().entrySet().stream()
                  .map(e -> e.getKey() + "=" + e.getValue())
                  .collect(joining(" "));
      lines.add(
          List.of(
              name,
              label.equals(window) ? "" : label,
              d.kind().name(),
              key,
              String.join(", ", d.columns())));
      name = "";
      window = label;
    }
    long shown = table.differences().stream().mapToLong(Difference::rows).sum();
    long more = table.missing() + table.extra() + table.changed() - shown;
    String rest =
        more > 0
            ? " ".repeat(table.table().length())
                + "  … "
                + number(more)
                + " more (--max-differences "
                + (table.differences().size() + more)
                + " lists them)\n"
            : "";
    return lines.text() + rest;
  }
}
