package io.dualwrite.reconciler.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dualwrite.reconciler.backfill.Backfill;
import io.dualwrite.reconciler.backfill.BackfillPlan;
import java.time.Instant;
import java.util.List;

/** A backfill and its plan as JSON. */
public final class BackfillJson {
  private BackfillJson() {}

  /** What was done. */
  public static String of(Backfill backfill) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("migration", backfill.migration());
    root.put("complete", backfill.complete());
    root.put("run", backfill.run());
    root.put("resumed", backfill.resumed());
    root.put("startedAt", backfill.startedAt().toString());
    root.put("durationMillis", backfill.duration().toMillis());
    root.put("until", backfill.until().map(Instant::toString).orElse(null));
    root.put("copied", backfill.copied());
    ArrayNode tables = root.putArray("tables");
    for (Backfill.TableBackfill table : backfill.tables()) {
      ObjectNode node = tables.addObject();
      node.put("table", table.table());
      node.put("complete", table.complete());
      node.put("leftOut", table.leftOut());
      node.put("windows", table.windows());
      node.put("windowsBefore", table.windowsBefore());
      node.put("rows", table.rows());
      node.put("copied", table.copied());
      node.put("pending", table.pending());
      node.put("changed", table.changed());
      node.put("extra", table.extra());
      node.put("refused", table.refused());
      node.put("longestLockMillis", table.longestLock().toMillis());
      node.put("durationMillis", table.duration().toMillis());
      table.problems().forEach(node.putArray("problems")::add);
      table.notes().forEach(node.putArray("notes")::add);
    }
    backfill.unbuilt().forEach(root.putArray("unbuilt")::add);
    backfill.notes().forEach(root.putArray("notes")::add);
    return JsonReport.write(root);
  }

  /** What {@code --restore-indexes} came to. */
  public static String ofRestored(List<String> unbuilt) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("complete", unbuilt.isEmpty());
    unbuilt.forEach(root.putArray("unbuilt")::add);
    return JsonReport.write(root);
  }

  /** What would be done. */
  public static String of(BackfillPlan plan) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("until", plan.until().map(Instant::toString).orElse(null));
    ArrayNode tables = root.putArray("tables");
    for (BackfillPlan.TablePlan table : plan.tables()) {
      ObjectNode node = tables.addObject();
      node.put("table", table.table());
      node.put("sourceRows", table.sourceRows());
      node.put("targetRows", table.targetRows());
      table.cutBy().forEach(node.putArray("cutBy")::add);
      node.put("format", table.format());
      table.dropped().forEach(node.putArray("dropped")::add);
      node.put("problem", table.problem().orElse(null));
      table.notes().forEach(node.putArray("notes")::add);
    }
    return JsonReport.write(root);
  }
}
