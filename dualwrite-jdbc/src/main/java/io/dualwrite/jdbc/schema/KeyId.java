package io.dualwrite.jdbc.schema;

import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * A number for the columns by which journal entries name rows, kept with each entry: an entry
 * written before the table's key became another must not be read as values of the present one. A
 * pure function of the source's column names, the same in every instance and version.
 */
public final class KeyId {
  private KeyId() {}

  /** The id of these key columns, in the journal's order. */
  public static int ofKey(List<String> columns) {
    return of("key", columns);
  }

  /** The id of ranges of this column, of a table without a key. */
  public static int ofRange(String column) {
    return of("range", List.of(column));
  }

  /** The id of a table's key, or of its range column; 0 where entries name the whole table. */
  public static int of(List<String> key, Optional<String> rangeColumn) {
    return key.isEmpty() ? rangeColumn.map(KeyId::ofRange).orElse(0) : ofKey(key);
  }

  private static int of(String kind, List<String> columns) {
    StringBuilder text = new StringBuilder(kind);
    // A name cannot hold a NUL.
    columns.forEach(column -> text.append('\0').append(column));
    return Hashing.sha256().hashString(text, StandardCharsets.UTF_8).asInt();
  }
}
