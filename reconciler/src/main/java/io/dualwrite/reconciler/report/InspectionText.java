package io.dualwrite.reconciler.report;

import static io.dualwrite.reconciler.report.VerdictLine.counted;
import static io.dualwrite.reconciler.report.VerdictLine.number;
import static java.util.stream.Collectors.groupingBy;

import io.dualwrite.reconciler.inspect.Finding;
import io.dualwrite.reconciler.inspect.InspectedColumn;
import io.dualwrite.reconciler.inspect.InspectedColumn.Compared;
import io.dualwrite.reconciler.inspect.InspectedTable;
import io.dualwrite.reconciler.inspect.InspectedTable.Fate;
import io.dualwrite.reconciler.inspect.Inspection;
import io.dualwrite.reconciler.inspect.ServerFacts;
import io.dualwrite.reconciler.inspect.Severity;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Both databases side by side, for people: servers, tables, columns, findings, verdict. */
public final class InspectionText {
  private static final int NAMED = 6;

  private final NextStep next;
  private final boolean allColumns;

  /** Ends with {@code next}; {@code allColumns}: also those that are alike. */
  public InspectionText(NextStep next, boolean allColumns) {
    this.next = next;
    this.allColumns = allColumns;
  }

  /** An inspection. */
  public String of(Inspection inspection) {
    return head(inspection)
        + "\n"
        + servers(inspection)
        + "\n"
        + tables(inspection)
        + leftOut(inspection)
        + columns(inspection)
        + findings(inspection)
        + "\n"
        + Wrapped.text("", verdict(inspection) + then(inspection));
  }

  private static String head(Inspection inspection) {
    String control =
        switch (inspection.initialised().size()) {
          case 0 -> "no control schema yet";
          case 1 ->
              "control schema "
                  + inspection.controlSchema()
                  + " on the "
                  + inspection.initialised().iterator().next().label()
                  + " alone";
          default -> "control schema " + inspection.controlSchema() + " on both sides";
        };
    return inspection.migration() + " · phase " + inspection.phase() + " · " + control + "\n";
  }

  private static String servers(Inspection inspection) {
    Columns lines = new Columns(3);
    lines.add(List.of("", "source", "target"));
    ServerFacts s = inspection.source();
    ServerFacts t = inspection.target();
    lines.add(List.of("server", "PostgreSQL " + s.version(), "PostgreSQL " + t.version()));
    lines.add(List.of("database", s.database(), t.database()));
    lines.add(List.of("user", s.user(), t.user()));
    lines.add(List.of("encoding", s.encoding(), t.encoding()));
    lines.add(List.of("collation", s.collation(), t.collation()));
    lines.add(List.of("connections", connections(s), connections(t)));
    return lines.text();
  }

  private static String connections(ServerFacts server) {
    return number(server.freeConnections()) + " of " + number(server.maxConnections()) + " free";
  }

  private static String tables(Inspection inspection) {
    Columns lines = new Columns(4);
    lines.add(List.of("table", "on the target", "key", "windows", "rows", "there"));
    for (InspectedTable table : inspection.tables()) {
      if (table.fate() == Fate.MIRRORED) {
        lines.add(
            List.of(
                table.table(),
                table.target().equals(table.table()) ? "same name" : table.target(),
                table.key().isEmpty() ? "none: by ranges" : String.join(", ", table.key()),
                table
                    .time()
                    .map(c -> c + (table.timeIndexed() ? "" : " (no index)"))
                    .orElse("by key"),
                rows(table.sourceRows()),
                rows(table.targetRows())));
      } else if (table.fate() == Fate.REFUSED) {
        lines.add(
            List.of(
                table.table(),
                "NOT MIRRORED",
                "-",
                "-",
                rows(table.sourceRows()),
                rows(table.targetRows())));
      }
    }
    boolean any = inspection.count(Fate.MIRRORED) + inspection.count(Fate.REFUSED) > 0;
    return any ? lines.text() : "";
  }

  private static String rows(long rows) {
    if (rows < 0) {
      return "?";
    }
    if (rows < 10_000) {
      return number(rows);
    }
    return rows < 1_000_000
        ? String.format(Locale.ROOT, "%.0f k", rows / 1e3)
        : String.format(Locale.ROOT, "%,.1f M", rows / 1e6);
  }

  /** Which globs decided, those that include a table only where there are several. */
  private static String leftOut(Inspection inspection) {
    StringBuilder text = new StringBuilder();
    Map<String, List<InspectedTable>> included =
        inspection.tables().stream()
            .filter(t -> t.fate() == Fate.MIRRORED || t.fate() == Fate.REFUSED)
            .collect(
                groupingBy(
                    t -> t.because().orElse(""),
                    TreeMap::new,
                    java.util.stream.Collectors.toList()));
    if (!included.isEmpty()) {
      List<String> globs =
          included.entrySet().stream()
              .map(e -> counted(e.getValue().size(), "table") + " by " + e.getKey())
              .toList();
      text.append('\n')
          .append(Wrapped.text("included  ", "tables.include: " + String.join(", ", globs)));
    }
    inspection.tables().stream()
        .filter(t -> t.fate() == Fate.EXCLUDED)
        .collect(
            groupingBy(
                t -> t.because().orElse(""), TreeMap::new, java.util.stream.Collectors.toList()))
        .forEach(
            (glob, tables) ->
                text.append(
                    Wrapped.text("left out  ", "tables.exclude " + glob + ": " + names(tables))));
    List<InspectedTable> others =
        inspection.tables().stream().filter(t -> t.fate() == Fate.NOT_INCLUDED).toList();
    if (!others.isEmpty()) {
      text.append(Wrapped.text("left out  ", "not in tables.include: " + names(others)));
    }
    return text.toString();
  }

  private static String names(List<InspectedTable> tables) {
    List<String> first = tables.stream().limit(NAMED).map(InspectedTable::table).toList();
    int more = tables.size() - first.size();
    return String.join(", ", first) + (more == 0 ? "" : " and " + number(more) + " more");
  }

  private String columns(Inspection inspection) {
    StringBuilder text = new StringBuilder();
    for (InspectedTable table : inspection.tables()) {
      List<InspectedColumn> shown =
          table.columns().stream().filter(c -> allColumns || isTelling(table, c)).toList();
      if (shown.isEmpty()) {
        continue;
      }
      Columns lines = new Columns(4);
      for (InspectedColumn column : shown) {
        lines.add(
            List.of(
                "  " + name(column),
                types(column),
                column.compared().label() + column.note().map(n -> ": " + n).orElse("")));
      }
      text.append('\n')
          .append(table.table())
          .append(" · ")
          .append(
              shown.size() == table.columns().size()
                  ? counted(shown.size(), "column")
                  : number(shown.size()) + " of " + counted(table.columns().size(), "column"))
          .append(", compared\n")
          .append(lines.text());
    }
    return text.toString();
  }

  private static boolean isTelling(InspectedTable table, InspectedColumn column) {
    boolean renamed = column.target().isPresent() && !column.target().get().equals(column.name());
    return table.fate() == Fate.MIRRORED
        && (column.compared() != Compared.EXACTLY
            || renamed
            || !column.sourceType().equals(column.targetType()));
  }

  private static String name(InspectedColumn column) {
    return column.sourceType().isEmpty()
        ? "(" + column.name() + ")"
        : column.name()
            + column.target().filter(t -> !t.equals(column.name())).map(t -> " → " + t).orElse("");
  }

  private static String types(InspectedColumn column) {
    String source = column.sourceType().map(InspectionText::brief).orElse("");
    String target = column.targetType().map(InspectionText::brief).orElse("");
    return source.equals(target) || target.isEmpty()
        ? source
        : source.isEmpty() ? target : source + " → " + target;
  }

  /** The names that people type. */
  private static String brief(String type) {
    return type.replaceFirst("^timestamp(\\(\\d\\))? with time zone", "timestamptz$1")
        .replaceFirst("^timestamp(\\(\\d\\))? without time zone", "timestamp$1")
        .replaceFirst("^time(\\(\\d\\))? with time zone", "timetz$1")
        .replaceFirst("^time(\\(\\d\\))? without time zone", "time$1")
        .replaceFirst("^character varying", "varchar")
        .replaceFirst("^character\\(", "char(")
        .replaceFirst("^double precision", "float8");
  }

  private static String findings(Inspection inspection) {
    StringBuilder text = new StringBuilder();
    for (Severity severity : Severity.values()) {
      List<Finding> of =
          inspection.findings().stream().filter(f -> f.severity() == severity).toList();
      if (of.isEmpty()) {
        continue;
      }
      text.append('\n')
          .append(severity.label().toUpperCase(Locale.ROOT))
          .append(" · ")
          .append(of.size())
          .append('\n');
      for (Finding finding : of) {
        text.append(
            Wrapped.text("- ", finding.table().map(t -> t + ": ").orElse("") + finding.problem()));
        finding.fix().ifPresent(fix -> text.append(Wrapped.text("  → ", fix)));
      }
    }
    return text.toString();
  }

  private String then(Inspection inspection) {
    return inspection.works() && inspection.initialised().size() < 2
        ? " Next: " + next.of("init")
        : "";
  }

  /** What it comes to, in one line. */
  public static String verdict(Inspection inspection) {
    List<String> parts = new ArrayList<>();
    for (Severity severity : Severity.values()) {
      if (severity != Severity.BLOCKS && inspection.count(severity) > 0) {
        parts.add(
            switch (severity) {
              case LOSES -> number(inspection.count(severity)) + " may lose or miss writes";
              case SLOW -> number(inspection.count(severity)) + " make it slower";
              default -> counted(inspection.count(severity), "note");
            });
      }
    }
    String rest = parts.isEmpty() ? "" : " (" + String.join(", ", parts) + ")";
    if (!inspection.works()) {
      return "The migration cannot work as configured: "
          + counted(inspection.count(Severity.BLOCKS), "problem")
          + " first"
          + rest
          + ".";
    }
    return "The migration can work: "
        + counted(inspection.count(Fate.MIRRORED), "table")
        + " mirrored"
        + rest
        + ".";
  }
}
