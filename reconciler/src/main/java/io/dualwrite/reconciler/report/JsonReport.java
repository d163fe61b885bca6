package io.dualwrite.reconciler.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dualwrite.reconciler.compare.Comparison;
import io.dualwrite.reconciler.compare.Difference;
import io.dualwrite.reconciler.compare.NotReadAgain;
import io.dualwrite.reconciler.compare.TableComparison;
import io.dualwrite.reconciler.compare.WindowResult;
import io.dualwrite.reconciler.compare.WindowResult.Status;
import io.dualwrite.reconciler.repair.Repair;
import io.dualwrite.reconciler.repair.RepairPlan;
import io.dualwrite.reconciler.window.Window;
import java.util.Locale;

/** Results as one JSON object. */
public final class JsonReport {
  static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int LISTED_PROBLEMS = 100;

  private JsonReport() {}

  /** A comparison. */
  public static String of(Comparison comparison) {
    return write(comparison(comparison));
  }

  /** A repair: what it did, and the comparison made afterwards under {@code after}. */
  public static String of(Repair repair) {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("migration", repair.after().migration());
    root.put("inSync", repair.after().inSync());
    root.put("stopped", repair.stopped());
    root.put("copied", repair.copied());
    root.put("deleted", repair.deleted());
    root.put("gapsReconciled", repair.gapsReconciled());
    ArrayNode tables = root.putArray("tables");
    for (Repair.TableRepair table : repair.tables()) {
      ObjectNode node = tables.addObject();
      node.put("table", table.table());
      node.put("copied", table.copied());
      node.put("deleted", table.deleted());
      table.problems().forEach(node.putArray("problems")::add);
    }
    root.set("after", comparison(repair.after()));
    return write(root);
  }

  /** A comparison, and what a repair would do under {@code plan}. */
  public static String of(RepairPlan plan) {
    ObjectNode root = comparison(plan.comparison());
    ObjectNode node = root.putObject("plan");
    node.put("stopped", plan.stopped());
    node.put("copied", plan.copied());
    node.put("deleted", plan.deleted());
    ArrayNode tables = node.putArray("tables");
    for (RepairPlan.TablePlan table : plan.tables()) {
      ObjectNode t = tables.addObject();
      t.put("table", table.table());
      t.put("copied", table.copied());
      t.put("deleted", table.deleted());
      t.put("replaced", table.replaced());
      t.put("atLeast", table.atLeast());
      t.put("asked", table.asked());
      table.problem().ifPresent(t.putArray("problems")::add);
    }
    return write(root);
  }

  private static ObjectNode comparison(Comparison comparison) {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("migration", comparison.migration());
    root.put("inSync", comparison.inSync());
    root.put("startedAt", comparison.startedAt().toString());
    root.put("durationMillis", comparison.duration().toMillis());
    root.put("checksum", comparison.checksum().label());
    comparison
        .sampledFrom()
        .ifPresent(
            windows -> {
              ObjectNode sample = root.putObject("sample");
              sample.put("ofWindows", windows);
              sample.put("equal", comparison.nothingFound());
            });
    ObjectNode kept = root.putObject("kept");
    comparison.kept().run().ifPresent(run -> kept.put("run", run));
    ArrayNode notes = kept.putArray("notes");
    comparison.kept().notes().forEach(notes::add);
    ArrayNode tables = root.putArray("tables");
    comparison.tables().forEach(t -> table(tables.addObject(), t));
    return root;
  }

  private static void table(ObjectNode node, TableComparison table) {
    node.put("table", table.table());
    node.put("sourceRows", table.sourceRows());
    node.put("targetRows", table.targetRows());
    node.put("windows", table.windows().size());
    node.put("mismatchedWindows", table.count(Status.DIFFERS));
    node.put("notYetWindows", table.count(Status.NOT_YET));
    node.put("failedWindows", table.count(Status.FAILED));
    node.put("skippedWindows", table.count(Status.SKIPPED));
    node.put("missing", table.missing());
    node.put("extra", table.extra());
    node.put("changed", table.changed());
    node.put("truncated", table.truncated());
    ArrayNode differences = node.putArray("differences");
    for (Difference difference : table.differences()) {
      ObjectNode d = differences.addObject();
      d.put("kind", difference.kind().name());
      ObjectNode key = d.putObject("key");
      difference.key().forEach(key::put);
      difference.columns().forEach(d.putArray("columns")::add);
      if (difference.key().isEmpty()) {
        d.put("rows", difference.rows());
      }
      window(d.putObject("window"), difference.window());
    }
    ArrayNode problems = node.putArray("problems");
    table.windows().stream()
        .filter(w -> w.reason().isPresent())
        .limit(LISTED_PROBLEMS)
        .forEach(w -> problem(problems.addObject(), w));
    table.notes().forEach(node.putArray("notes")::add);
    ArrayNode earlier = node.putArray("notReadAgain");
    table.notReadAgain().forEach(part -> notReadAgain(earlier.addObject(), part));
  }

  private static void notReadAgain(ObjectNode node, NotReadAgain part) {
    node.put("reason", part.reason().name().toLowerCase(Locale.ROOT).replace('_', '-'));
    part.windows().ifPresent(windows -> node.put("windows", windows));
    part.rows().ifPresent(rows -> node.put("rows", rows));
    part.upTo().ifPresent(upTo -> node.put("upTo", upTo));
    node.put("firstAt", part.firstAt().toString());
    node.put("lastAt", part.lastAt().toString());
  }

  private static void problem(ObjectNode node, WindowResult result) {
    node.put("status", result.status().name().toLowerCase(Locale.ROOT).replace('_', '-'));
    node.put("reason", result.reason().orElse(""));
    window(node.putObject("window"), result.window());
  }

  private static void window(ObjectNode node, Window window) {
    node.put("from", window.from());
    node.put("to", window.to());
    if (window.from() == null && window.to() == null) {
      node.put("label", window.label());
    }
  }

  static String write(ObjectNode root) {
    try {
      return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(root);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of plain values cannot be written as JSON", e);
    }
  }
}
