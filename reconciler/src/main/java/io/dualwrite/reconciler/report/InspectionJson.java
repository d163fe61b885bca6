package io.dualwrite.reconciler.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dualwrite.Side;
import io.dualwrite.reconciler.inspect.Finding;
import io.dualwrite.reconciler.inspect.InspectedColumn;
import io.dualwrite.reconciler.inspect.InspectedTable;
import io.dualwrite.reconciler.inspect.Inspection;
import io.dualwrite.reconciler.inspect.ServerFacts;
import java.util.Locale;

/** Both databases side by side, as one JSON object. */
public final class InspectionJson {
  private InspectionJson() {}

  /** For programs. */
  public static String of(Inspection inspection) {
    ObjectNode root = JsonReport.MAPPER.createObjectNode();
    root.put("migration", inspection.migration());
    root.put("works", inspection.works());
    root.put("startedAt", inspection.startedAt().toString());
    root.put("durationMillis", inspection.duration().toMillis());
    root.put("phase", inspection.phase().name());
    root.put("controlSchema", inspection.controlSchema());
    ArrayNode initialised = root.putArray("initialised");
    for (Side side : Side.values()) {
      if (inspection.initialised().contains(side)) {
        initialised.add(side.label());
      }
    }
    server(root.putObject("source"), inspection.source());
    server(root.putObject("target"), inspection.target());
    ArrayNode findings = root.putArray("findings");
    for (Finding finding : inspection.findings()) {
      ObjectNode node = findings.addObject();
      node.put("severity", word(finding.severity()));
      node.put("code", finding.code());
      node.put("table", finding.table().orElse(null));
      node.put("problem", finding.problem());
      node.put("fix", finding.fix().orElse(null));
    }
    ArrayNode tables = root.putArray("tables");
    inspection.tables().forEach(t -> table(tables.addObject(), t));
    return JsonReport.write(root);
  }

  private static void server(ObjectNode node, ServerFacts server) {
    node.put("version", server.version());
    node.put("database", server.database());
    node.put("user", server.user());
    node.put("encoding", server.encoding());
    node.put("collation", server.collation());
    node.put("maxConnections", server.maxConnections());
    node.put("usedConnections", server.usedConnections());
    node.put("maxPreparedTransactions", server.maxPrepared());
  }

  private static void table(ObjectNode node, InspectedTable table) {
    node.put("table", table.table());
    node.put("target", table.target());
    node.put("fate", word(table.fate()));
    node.put("because", table.because().orElse(null));
    table.key().forEach(node.putArray("key")::add);
    node.put("timeColumn", table.time().orElse(null));
    node.put("timeColumnIndexed", table.timeIndexed());
    node.put("estimatedSourceRows", table.sourceRows());
    node.put("estimatedTargetRows", table.targetRows());
    ArrayNode columns = node.putArray("columns");
    for (InspectedColumn column : table.columns()) {
      ObjectNode c = columns.addObject();
      c.put("column", column.name());
      c.put("type", column.sourceType().orElse(null));
      c.put("target", column.target().orElse(null));
      c.put("targetType", column.targetType().orElse(null));
      c.put("compared", word(column.compared()));
      c.put("note", column.note().orElse(null));
    }
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
