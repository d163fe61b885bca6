package io.dualwrite.jdbc.capture;

import io.dualwrite.jdbc.capture.CapturePlan.Load;
import io.dualwrite.jdbc.schema.CapturedTable;
import io.dualwrite.jdbc.schema.Identifiers;
import io.dualwrite.jdbc.schema.KeyText;
import java.util.List;
import java.util.stream.Collectors;

/** Statements that journal rows which the driver changed by a statement of its own. */
public final class RowEntries {
  private RowEntries() {}

  /**
   * Inserts the entry of one row of a table with a key; one parameter for each column of the key,
   * its text as this session reads it. The cast rounds as the column does.
   */
  public static String ofRow(Load table) {
    CapturedTable captured = table.table();
    String key =
        captured.key().stream()
            .map(column -> KeyText.encode(column, "?::" + column.type()))
            .collect(Collectors.joining(", ", "ARRAY[", "]"));
    String name = Identifiers.literal(captured.journalName());
    String noting =
        OwnNote.isFor(captured)
            ? " WHERE " + OwnNote.condition("v.name", captured.keyId(), "v.key")
            : "";
    return "INSERT INTO "
        + table.journalTable()
        + " (table_name, key_id, key) SELECT v.name, "
        + captured.keyId()
        + ", v.key FROM (SELECT "
        + name
        + "::pg_catalog.text, "
        + key
        + ") AS v(name, key)"
        + noting;
  }

  /** Inserts the entry that names the table as a whole. */
  public static String ofTable(Load table) {
    return TruncateCapture.journalWhole(table.journalTable(), List.of(table.table()));
  }
}
