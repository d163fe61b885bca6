package io.dualwrite.reconciler.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dualwrite.reconciler.state.DroppedPart;
import java.util.List;

/** Indexes and foreign keys of the target that backfills have dropped and not built again. */
final class DroppedLines {
  private static final int MOST = 10;

  private DroppedLines() {}

  static String of(List<DroppedPart> parts, NextStep next) {
    if (parts.isEmpty()) {
      return "";
    }
    StringBuilder text = new StringBuilder();
    String head = "dropped    ";
    for (DroppedPart part : parts.subList(0, Math.min(MOST, parts.size()))) {
      text.append(head)
          .append(part.name())
          .append(" of ")
          .append(part.table())
          .append(", ")
          .append(EarlierLines.time(part.since()))
          .append('\n');
      head = "           ";
    }
    if (parts.size() > MOST) {
      text.append(head).append("and ").append(parts.size() - MOST).append(" more\n");
    }
    return text.append(head)
        .append("by --defer-indexes; a backfill that is under way builds them again.")
        .append('\n')
        .append(head)
        .append("If none is: ")
        .append(next.of("backfill", "--restore-indexes"))
        .append('\n')
        .toString();
  }

  static void put(List<DroppedPart> parts, ArrayNode array) {
    for (DroppedPart part : parts) {
      ObjectNode node = array.addObject();
      node.put("table", part.table());
      node.put("name", part.name());
      node.put("since", part.since().toString());
    }
  }
}
