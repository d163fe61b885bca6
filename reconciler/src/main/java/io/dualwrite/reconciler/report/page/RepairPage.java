package io.dualwrite.reconciler.report.page;

import static io.dualwrite.reconciler.report.page.ComparedTablePart.number;

import io.dualwrite.reconciler.compare.DifferingValues;
import io.dualwrite.reconciler.repair.Repair;
import io.dualwrite.reconciler.report.page.Frame.Verdict;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** A repair as a page: what was done, and the comparison afterwards. */
public final class RepairPage {
  private static final int PROBLEMS = 200;

  private RepairPage() {}

  /** The body's values. */
  record Body(List<Work> work, List<Problem> problems, String comparison) {}

  /** What was done to a table. */
  record Work(String table, String copied, String deleted, String count) {}

  /** A row that the target refused. */
  record Problem(String table, String text) {}

  /** The whole page. */
  public static String of(Repair repair, PageSettings settings, Optional<DifferingValues> values) {
    List<Work> work = new ArrayList<>();
    List<Problem> problems = new ArrayList<>();
    List<Repair.TableRepair> ordered =
        repair.tables().stream()
            .sorted(Comparator.comparing(t -> t.copied() + t.deleted() + t.problems().size() == 0))
            .toList();
    for (Repair.TableRepair table : ordered) {
      work.add(
          new Work(
              table.table(),
              number(table.copied()),
              number(table.deleted()),
              number(table.problems().size())));
      table.problems().stream()
          .limit(PROBLEMS)
          .forEach(p -> problems.add(new Problem(table.table(), p)));
    }
    Verdict after = ComparisonPage.verdict(repair.after());
    String words =
        number(repair.copied())
            + (repair.copied() == 1 ? " row copied, " : " rows copied, ")
            + number(repair.deleted())
            + " deleted"
            + (repair.stopped() ? "; stopped at --max-changes" : "")
            + ". Afterwards: "
            + after.words();
    return new Frame(
            repair.after().migration() + " · repair",
            ComparisonPage.when(repair.after()),
            new Verdict(after.tone(), words),
            Templates.fill(
                "repair", new Body(work, problems, ComparisonPage.body(repair.after(), values))),
            settings.list(),
            settings.footer())
        .html();
  }
}
