package io.dualwrite.reconciler.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dualwrite.reconciler.backfill.file.Absent;
import io.dualwrite.reconciler.backfill.file.FileBackfill;
import io.dualwrite.reconciler.backfill.file.FileBackfillPlan;
import java.nio.file.Path;
import java.util.Locale;

/** A load of files and its plan as JSON. */
public final class FileBackfillJson {
  private FileBackfillJson() {}

  /** What was done. */
  public static String of(FileBackfill load) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("migration", load.migration());
    root.put("complete", load.complete());
    root.put("finished", load.finished());
    root.put("run", load.run());
    root.put("resumed", load.resumed());
    root.put("startedAt", load.startedAt().toString());
    root.put("durationMillis", load.duration().toMillis());
    root.put("table", load.table());
    load.files().forEach(root.putArray("files")::add);
    root.put("absentRecords", name(load.absent()));
    root.put("records", load.counts().records());
    root.put("recordsBefore", load.recordsBefore());
    root.put("copied", load.counts().copied());
    root.put("inserted", load.counts().inserted());
    root.put("present", load.counts().present());
    root.put("pending", load.counts().pending());
    root.put("absent", load.counts().absent());
    root.put("setAside", load.counts().bad());
    root.put("setAsideFile", load.setAside().map(Path::toString).orElse(null));
    ObjectNode reasons = root.putObject("reasons");
    load.reasons().forEach(reasons::put);
    root.put("longestLockMillis", load.longestLock().toMillis());
    root.put("problem", load.problem().orElse(null));
    load.notes().forEach(root.putArray("notes")::add);
    return JsonReport.write(root);
  }

  /** What would be done. */
  public static String of(FileBackfillPlan plan) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("table", plan.table());
    root.put("absentRecords", name(plan.absent()));
    root.put("setAsideFile", plan.setAside().toString());
    ArrayNode files = root.putArray("files");
    for (FileBackfillPlan.PlannedFile file : plan.files()) {
      ObjectNode node = files.addObject();
      node.put("file", file.file());
      node.put("format", file.format().name().toLowerCase(Locale.ROOT));
      node.put("bytes", file.bytes());
      node.put("records", file.records());
      file.columns().forEach(node.putArray("columns")::add);
      file.ignored().forEach(node.putArray("ignored")::add);
    }
    plan.notes().forEach(root.putArray("notes")::add);
    return JsonReport.write(root);
  }

  private static String name(Absent absent) {
    return absent.name().toLowerCase(Locale.ROOT);
  }
}
