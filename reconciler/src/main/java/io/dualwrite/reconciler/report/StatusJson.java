package io.dualwrite.reconciler.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dualwrite.jdbc.journal.Gaps;
import io.dualwrite.jdbc.journal.Instances;
import io.dualwrite.jdbc.journal.Journal;
import io.dualwrite.reconciler.MigrationStatus;

/** Where a migration stands, as one JSON object. Times are ISO instants, durations milliseconds. */
public final class StatusJson {
  private StatusJson() {}

  /** For programs. */
  public static String of(MigrationStatus status) {
    ObjectNode root = JsonReport.MAPPER.createObjectNode();
    root.put("migration", status.migration());
    root.put("initialised", status.initialised());
    root.put("phase", status.phase().name());
    root.put("killSwitch", status.killSwitch());
    root.put("epoch", status.epoch());
    ArrayNode writers = root.putArray("writers");
    for (Instances.Instance instance : status.instances()) {
      ObjectNode node = writers.addObject();
      node.put("name", instance.name());
      node.put("state", instance.state());
      node.put("alive", instance.alive());
      node.put("stopped", instance.stopped());
      node.put("lastSeenMillis", instance.lastSeen().toMillis());
    }
    ObjectNode journal = root.putObject("journal");
    journal.put("pending", status.journal().pending());
    journal.put("oldestMillis", status.journal().oldest().toMillis());
    journal.put("setAside", status.journal().setAside());
    ArrayNode setAside = root.putArray("setAside");
    for (Journal.SetAside entry : status.setAside()) {
      ObjectNode node = setAside.addObject();
      node.put("table", entry.table());
      entry.key().forEach(node.putArray("key")::add);
      node.put("since", entry.at().toString());
      node.put("tries", entry.tries());
      node.put("reason", entry.reason());
    }
    ArrayNode gaps = root.putArray("gaps");
    for (Gaps.Gap gap : status.gaps()) {
      ObjectNode node = gaps.addObject();
      node.put("instance", gap.instance());
      node.put("reason", gap.reason());
      node.put("since", gap.since().toString());
      node.put("until", gap.until().map(Object::toString).orElse(null));
    }
    status.problems().forEach(root.putArray("problems")::add);
    return JsonReport.write(root);
  }
}
