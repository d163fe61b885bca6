package io.dualwrite.reconciler.report;

import static io.dualwrite.reconciler.report.VerdictLine.counted;
import static io.dualwrite.reconciler.report.VerdictLine.number;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dualwrite.reconciler.state.KeptState;
import io.dualwrite.reconciler.state.TableState;
import io.dualwrite.reconciler.state.Watermark;
import io.dualwrite.reconciler.window.Window;
import java.util.List;

/** How far each table is verified, and which runs are not over ({@link UnfinishedLines}). */
final class VerifiedLines {
  private VerifiedLines() {}

  static String of(KeptState state, NextStep next) {
    StringBuilder text = new StringBuilder();
    if (state.problem().isPresent()) {
      text.append("verified   unknown: ").append(next.complete(state.problem().get())).append('\n');
    } else if (state.tables().isEmpty()) {
      text.append("verified   nothing yet. Next: ").append(next.of("compare")).append('\n');
    }
    Columns tables = new Columns(4);
    String head = "verified   ";
    for (TableState table : state.tables()) {
      tables.add(List.of(head + table.table(), upTo(table), last(table)));
      head = "           ";
    }
    text.append(tables.text());
    text.append(UnfinishedLines.of(state.unfinished(), next));
    return text.append(DroppedLines.of(state.dropped(), next)).toString();
  }

  private static String upTo(TableState table) {
    if (table.verified().isEmpty()) {
      return "not from its beginning on";
    }
    Watermark watermark = table.verified().get();
    if (watermark.upTo().isEmpty()) {
      return "all of it";
    }
    String end = watermark.upTo().get();
    return watermark.kind() == Window.Kind.TIME
        ? "up to " + end.replaceFirst("T", " ").replaceFirst(":00Z$", "")
        : "up to key " + end;
  }

  private static String last(TableState table) {
    if (table.last().isEmpty()) {
      return "";
    }
    TableState.Last last = table.last().get();
    String found =
        last.differing() == 0
            ? "0 differences"
            : last.differences() == 0
                ? counted(last.differing(), "window") + " with differences"
                : counted(last.differences(), "difference");
    return "compared "
        + EarlierLines.time(last.endedAt())
        + ": "
        + found
        + (last.notYet() == 0 ? "" : ", " + number(last.notYet()) + " windows not yet");
  }

  static void put(KeptState state, ObjectNode root) {
    ArrayNode tables = root.putArray("verified");
    for (TableState table : state.tables()) {
      ObjectNode node = tables.addObject();
      node.put("table", table.table());
      node.put("verified", table.verified().isPresent());
      table.verified().ifPresent(watermark -> put(watermark, node));
      table.last().ifPresent(last -> put(last, node.putObject("lastCompared")));
    }
    UnfinishedLines.put(state.unfinished(), root.putArray("unfinished"));
    DroppedLines.put(state.dropped(), root.putArray("dropped"));
    state.problem().ifPresent(p -> root.put("verifiedUnknown", p));
  }

  private static void put(Watermark watermark, ObjectNode node) {
    node.put("by", watermark.kind() == Window.Kind.TIME ? "time" : "key");
    node.put("upTo", watermark.upTo().orElse(null));
    watermark.windows().ifPresent(windows -> node.put("windows", windows));
    watermark.rows().ifPresent(rows -> node.put("rows", rows));
    node.put("firstAt", watermark.firstAt().toString());
    node.put("lastAt", watermark.lastAt().toString());
  }

  private static void put(TableState.Last last, ObjectNode node) {
    node.put("at", last.endedAt().toString());
    node.put("windows", last.windows());
    node.put("mismatchedWindows", last.differing());
    node.put("notYetWindows", last.notYet());
    node.put("missing", last.missing());
    node.put("extra", last.extra());
    node.put("changed", last.changed());
  }
}
