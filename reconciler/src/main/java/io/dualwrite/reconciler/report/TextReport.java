package io.dualwrite.reconciler.report;

import static java.util.stream.Collectors.joining;

import io.dualwrite.reconciler.compare.Comparison;
import io.dualwrite.reconciler.compare.Difference;
import io.dualwrite.reconciler.compare.TableComparison;
import io.dualwrite.reconciler.compare.WindowResult;
import io.dualwrite.reconciler.compare.WindowResult.Status;
import io.dualwrite.reconciler.repair.Repair;
import java.time.Duration;
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

  private final String connection;

  /** {@code connection}: the options that led to the databases, for the next command. */
  public TextReport(String connection) {
    this.connection = connection;
  }

  /** A comparison. */
  public String of(Comparison comparison) {
    return body(comparison) + verdict(comparison, next(comparison)) + "\n";
  }

  /** What a repair would do. */
  public String ofDryRun(Comparison comparison, boolean deleteExtra) {
    if (comparison.inSync()) {
      return of(comparison);
    }
    long missing = sum(comparison, Difference.Kind.MISSING);
    long changed = sum(comparison, Difference.Kind.CHANGED);
    long extra = sum(comparison, Difference.Kind.EXTRA);
    String plan =
        "A repair would insert "
            + number(missing)
            + ", update "
            + number(changed)
            + (deleteExtra
                ? " and delete " + number(extra) + " rows"
                : " rows and leave " + number(extra) + " extra")
            + " in the target. Nothing was changed.";
    return body(comparison) + plan + "\n";
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
            + number(repair.copied())
            + " rows copied, "
            + number(repair.deleted())
            + " deleted."
            + (repair.stopped() ? " Stopped at --max-changes." : "")
            + gaps
            + "\n";
    String left = repair.after().inSync() ? "" : "\n" + body(repair.after());
    String next =
        sum(repair.after(), Difference.Kind.EXTRA) > 0
            ? " Extra rows are deleted with --delete-extra."
            : "";
    return work.text() + "\n" + problems + did + left + verdict(repair.after(), next) + "\n";
  }

  private String body(Comparison comparison) {
    StringBuilder text = new StringBuilder();
    comparison.tables().forEach(t -> text.append(unseen(t)));
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
    return text + (rows.length() == 0 ? "" : rows + "\n");
  }

  /** What was not compared, and why: windows with the same reason in one line. */
  private static String unseen(TableComparison table) {
    Map<String, Long> reasons = new LinkedHashMap<>();
    for (WindowResult window : table.windows()) {
      if (window.status() != Status.EQUAL && window.status() != Status.DIFFERS) {
        String word =
            window.status() == Status.NOT_YET
                ? "not compared yet"
                : window.status().name().toLowerCase(Locale.ROOT);
        reasons.merge(word + ": " + window.reason().orElse("unknown"), 1L, Long::sum);
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

  private static List<String> line(TableComparison table) {
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
          d.key().entrySet().stream()
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
    long more = table.missing() + table.extra() + table.changed() - table.differences().size();
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

  private String next(Comparison comparison) {
    boolean differs = comparison.count(Status.DIFFERS) > 0;
    return differs ? " Next: reconciler repair" + connection + " --dry-run" : "";
  }

  private static String verdict(Comparison comparison, String next) {
    long windows = comparison.tables().stream().mapToLong(t -> t.windows().size()).sum();
    long rows = comparison.tables().stream().mapToLong(TableComparison::sourceRows).sum();
    if (comparison.inSync()) {
      return "In sync: "
          + counted(windows, "window")
          + ", "
          + counted(rows, "row")
          + ", checksum "
          + comparison.checksum().label()
          + ", "
          + seconds(comparison.duration())
          + ".";
    }
    StringBuilder text = new StringBuilder();
    long unseen = comparison.count(Status.FAILED) + comparison.count(Status.SKIPPED);
    if (unseen > 0) {
      text.append(number(unseen))
          .append(" of ")
          .append(counted(windows, "window"))
          .append(" could not be compared. ");
    }
    if (comparison.count(Status.NOT_YET) > 0) {
      text.append(number(comparison.count(Status.NOT_YET)))
          .append(" of ")
          .append(counted(windows, "window"))
          .append(" not yet: deliveries are pending. ");
    }
    if (comparison.count(Status.DIFFERS) > 0) {
      text.append(number(comparison.count(Status.DIFFERS)))
          .append(" of ")
          .append(counted(windows, "window"))
          .append(comparison.count(Status.DIFFERS) == 1 ? " differs: " : " differ: ")
          .append(number(sum(comparison, Difference.Kind.MISSING)))
          .append(" missing, ")
          .append(number(sum(comparison, Difference.Kind.EXTRA)))
          .append(" extra, ")
          .append(number(sum(comparison, Difference.Kind.CHANGED)))
          .append(" changed. ");
    }
    return "Not in sync. " + text.toString().strip() + next;
  }

  private static long sum(Comparison comparison, Difference.Kind kind) {
    return comparison.tables().stream()
        .mapToLong(
            t ->
                switch (kind) {
                  case MISSING -> t.missing();
                  case EXTRA -> t.extra();
                  case CHANGED -> t.changed();
                })
        .sum();
  }

  static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  private static String counted(long value, String noun) {
    return number(value) + " " + noun + (value == 1 ? "" : "s");
  }

  private static String seconds(Duration duration) {
    return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
  }
}
