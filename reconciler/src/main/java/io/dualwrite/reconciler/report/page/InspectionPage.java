package io.dualwrite.reconciler.report.page;

import static io.dualwrite.reconciler.report.page.ComparedTablePart.number;

import io.dualwrite.reconciler.inspect.Finding;
import io.dualwrite.reconciler.inspect.InspectedColumn;
import io.dualwrite.reconciler.inspect.InspectedColumn.Compared;
import io.dualwrite.reconciler.inspect.InspectedTable;
import io.dualwrite.reconciler.inspect.InspectedTable.Fate;
import io.dualwrite.reconciler.inspect.Inspection;
import io.dualwrite.reconciler.inspect.ServerFacts;
import io.dualwrite.reconciler.inspect.Severity;
import io.dualwrite.reconciler.report.InspectionText;
import io.dualwrite.reconciler.report.page.Frame.Tone;
import io.dualwrite.reconciler.report.page.Frame.Verdict;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** An inspection as a page. */
public final class InspectionPage {
  private InspectionPage() {}

  /** The body's values. */
  record Body(List<Group> groups, List<Server> servers, List<TableLine> tables) {}

  /** Findings of one rank. */
  record Group(String label, Tone tone, String count, List<Finding> findings) {}

  /** A line about both servers. */
  record Server(String label, String source, String target) {}

  /** A table. */
  record TableLine(
      String name,
      String target,
      Optional<String> tag,
      Tone tone,
      String because,
      String key,
      String windows,
      String sourceRows,
      String targetRows,
      String columnCount,
      List<ColumnLine> columns) {
    boolean hasColumns() {
      return !columns.isEmpty();
    }
  }

  /** A column. */
  record ColumnLine(String name, String source, String target, String compared, boolean unlike) {}

  /** The whole page. */
  public static String of(Inspection inspection, PageSettings settings) {
    Body body =
        new Body(
            Stream.of(Severity.values())
                .filter(s -> inspection.count(s) > 0)
                .map(s -> group(inspection, s))
                .toList(),
            servers(inspection.source(), inspection.target()),
            inspection.tables().stream().map(InspectionPage::table).toList());
    return new Frame(
            inspection.migration() + " · inspect",
            ComparisonPage.TIME.format(inspection.startedAt()) + " · phase " + inspection.phase(),
            new Verdict(tone(inspection), InspectionText.verdict(inspection)),
            Templates.fill("inspection", body),
            settings.list(),
            settings.footer())
        .html();
  }

  private static Tone tone(Inspection inspection) {
    if (!inspection.works()) {
      return Tone.BAD;
    }
    return inspection.count(Severity.LOSES) > 0 ? Tone.UNKNOWN : Tone.GOOD;
  }

  private static Group group(Inspection inspection, Severity severity) {
    Tone tone =
        switch (severity) {
          case BLOCKS -> Tone.BAD;
          case LOSES -> Tone.UNKNOWN;
          default -> Tone.PLAIN;
        };
    return new Group(
        severity.label(),
        tone,
        number(inspection.count(severity)),
        inspection.findings().stream().filter(f -> f.severity() == severity).toList());
  }

  private static List<Server> servers(ServerFacts s, ServerFacts t) {
    return List.of(
        new Server("server", "PostgreSQL " + s.version(), "PostgreSQL " + t.version()),
        new Server("database", s.database(), t.database()),
        new Server("user", s.user(), t.user()),
        new Server("encoding", s.encoding(), t.encoding()),
        new Server("collation", s.collation(), t.collation()),
        new Server("connections", connections(s), connections(t)));
  }

  private static String connections(ServerFacts server) {
    return number(server.freeConnections()) + " of " + number(server.maxConnections()) + " free";
  }

  private static TableLine table(InspectedTable table) {
    boolean mirrored = table.fate() == Fate.MIRRORED;
    Optional<String> tag =
        switch (table.fate()) {
          case MIRRORED -> Optional.empty();
          case REFUSED -> Optional.of("not mirrored");
          case EXCLUDED, NOT_INCLUDED -> Optional.of("left out");
        };
    String key = table.key().isEmpty() ? "none: by ranges" : String.join(", ", table.key());
    String windows =
        table.time().map(c -> c + (table.timeIndexed() ? "" : " (no index)")).orElse("by key");
    return new TableLine(
        table.table(),
        mirrored ? table.target() : "",
        tag,
        table.fate() == Fate.REFUSED ? Tone.BAD : Tone.PLAIN,
        table.because().orElse("no glob"),
        mirrored ? key : "",
        mirrored ? windows : "",
        rows(table.sourceRows()),
        rows(table.targetRows()),
        number(table.columns().size()) + (table.columns().size() == 1 ? " column" : " columns"),
        table.columns().stream().map(InspectionPage::column).toList());
  }

  private static String rows(long rows) {
    return rows < 0 ? "?" : number(rows);
  }

  private static ColumnLine column(InspectedColumn column) {
    String renamed =
        column.target().filter(t -> !t.equals(column.name())).map(t -> " (" + t + ")").orElse("");
    return new ColumnLine(
        column.name(),
        column.sourceType().orElse("–"),
        column.targetType().orElse("–") + renamed,
        column.compared().label() + column.note().map(n -> ": " + n).orElse(""),
        column.compared() == Compared.CANNOT);
  }
}
