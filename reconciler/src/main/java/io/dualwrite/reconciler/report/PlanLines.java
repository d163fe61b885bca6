package io.dualwrite.reconciler.report;

import static io.dualwrite.reconciler.report.VerdictLine.number;

import io.dualwrite.reconciler.compare.TableComparison;
import io.dualwrite.reconciler.repair.RepairPlan;
import io.dualwrite.reconciler.repair.RepairPlan.TablePlan;
import java.util.List;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/** What a repair would do, in words. */
record PlanLines(RepairPlan plan, boolean deleteExtra) {
  String text() {
    StringBuilder text = new StringBuilder();
    plan.tables()
        .forEach(
            t ->
                t.problem()
                    .ifPresent(p -> text.append(t.table()).append(": ").append(p).append('\n')));
    text.append(changes()).append(others()).append(replacements());
    if (plan.stopped()) {
      text.append(" It would stop at --max-changes: ")
          .append(number(plan.copied()))
          .append(" copied, ")
          .append(number(plan.deleted()))
          .append(" deleted.");
    }
    return text.append(" Nothing was changed.").toString();
  }

  private String changes() {
    Set<String> byKey =
        plan.tables().stream()
            .filter(t -> !t.replaced() && (t.problem().isEmpty() || t.copied() + t.deleted() > 0))
            .map(TablePlan::table)
            .collect(Collectors.toSet());
    List<TableComparison> tables =
        plan.comparison().tables().stream().filter(t -> byKey.contains(t.table())).toList();
    boolean more = plan.tables().stream().anyMatch(TablePlan::atLeast);
    return "A repair would insert "
        + (more ? "at least " : "")
        + sum(tables, TableComparison::missing)
        + ", update "
        + sum(tables, TableComparison::changed)
        + (deleteExtra
            ? " and delete " + number(deletes(tables)) + " rows"
            : " rows and leave " + sum(tables, TableComparison::extra) + " extra")
        + " in the target.";
  }

  /** Without a limit, those that would stay are left out. */
  private long deletes(List<TableComparison> tables) {
    return plan.stopped()
        ? tables.stream().mapToLong(TableComparison::extra).sum()
        : plan.tables().stream().filter(t -> !t.replaced()).mapToLong(TablePlan::deleted).sum();
  }

  private String others() {
    String rows =
        plan.tables().stream()
            .filter(t -> !t.asked() && t.copied() > 0)
            .map(t -> number(t.copied()) + " of " + t.table())
            .collect(Collectors.joining(", "));
    return rows.isEmpty()
        ? ""
        : " With them come rows of other tables that they need: " + rows + ".";
  }

  private String replacements() {
    return plan.tables().stream()
        .filter(TablePlan::replaced)
        .map(
            t ->
                " It would replace "
                    + t.table()
                    + " whole: "
                    + number(t.copied())
                    + " copied, "
                    + number(t.deleted())
                    + " deleted.")
        .collect(Collectors.joining());
  }

  private static String sum(List<TableComparison> tables, ToLongFunction<TableComparison> count) {
    return number(tables.stream().mapToLong(count).sum());
  }
}
