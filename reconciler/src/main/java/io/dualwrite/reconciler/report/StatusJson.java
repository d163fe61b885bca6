package io.dualwrite.reconciler.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dualwrite.jdbc.journal.Gaps;
import io.dualwrite.jdbc.journal.Instances;
import io.dualwrite.jdbc.journal.SetAside;
import io.dualwrite.jdbc.prepared.PreparedTransactions;
import io.dualwrite.jdbc.trigger.Coverage;
import io.dualwrite.reconciler.MigrationStatus;

/** Where a migration stands, as one JSON object. Times are ISO instants, durations milliseconds. */
public final class StatusJson {
  private StatusJson() {}

  /** Phase, kill switch and who follows them, for programs. */
  public static String ofPhase(MigrationStatus status) {
    ObjectNode root = head(status);
    status.problems().forEach(root.putArray("problems")::add);
    return JsonReport.write(root);
  }

  private static ObjectNode head(MigrationStatus status) {
    ObjectNode root = JsonReport.MAPPER.createObjectNode();
    root.put("migration", status.migration());
    root.put("initialised", status.initialised());
    root.put("phase", status.phase().name());
    root.put("killSwitch", status.killSwitch());
    root.put("epoch", status.epoch());
    ArrayNode writers = root.putArray("writers");
    status.instances().forEach(instance -> put(instance, writers.addObject()));
    return root;
  }

  /** For programs. */
  public static String of(MigrationStatus status) {
    ObjectNode root = head(status);
    ObjectNode journal = root.putObject("journal");
    journal.put("pending", status.journal().pending());
    journal.put("oldestMillis", status.journal().oldest().toMillis());
    journal.put("setAside", status.journal().setAside());
    ArrayNode setAside = root.putArray("setAside");
    for (SetAside entry : status.setAside()) {
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
    status.triggers().ifPresent(coverage -> put(coverage, root.putObject("triggers")));
    VerifiedLines.put(status.kept(), root);
    status.strict().ifPresent(strict -> put(strict, root.putObject("strict")));
    status.problems().forEach(root.putArray("problems")::add);
    return JsonReport.write(root);
  }

  private static void put(PreparedTransactions strict, ObjectNode node) {
    node.put("phases", strict.twoPhases() ? 2 : 1);
    node.put("maxPreparedTransactions", strict.most());
    node.put("prepared", strict.waiting().size());
    node.put("oldestPreparedMillis", strict.oldest().toMillis());
  }

  private static void put(Coverage coverage, ObjectNode node) {
    node.put("installed", coverage.installed());
    node.put("relations", coverage.relations());
    ArrayNode holes = node.putArray("holes");
    for (Coverage.Hole hole : coverage.holes()) {
      ObjectNode one = holes.addObject();
      one.put("table", hole.table());
      one.put("explanation", hole.explanation());
    }
    coverage.problems().forEach(node.putArray("problems")::add);
  }

  /** One instance; what an earlier version does not tell is null. */
  static void put(Instances.Instance instance, ObjectNode node) {
    node.put("name", instance.name());
    node.put("state", instance.state());
    node.put("alive", instance.alive());
    node.put("stale", instance.stale());
    node.put("stopped", instance.stopped());
    node.put("startedAt", instance.started().toString());
    node.put("lastSeenMillis", instance.lastSeen().toMillis());
    node.put("phase", instance.phase().map(Enum::name).orElse(null));
    node.put("epoch", instance.epoch().isPresent() ? instance.epoch().getAsLong() : null);
    node.put("killSwitch", !instance.killSwitchBy().isEmpty());
    instance.killSwitchBy().forEach(node.putArray("killSwitchBy")::add);
    node.put("capture", instance.capture().orElse(null));
    node.put("policy", instance.policy().orElse(null));
    node.put("version", instance.version().orElse(null));
    node.put("host", instance.host().orElse(null));
    node.put("pid", instance.pid().isPresent() ? instance.pid().getAsLong() : null);
  }
}
