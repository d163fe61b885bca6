package io.dualwrite.jdbc.schema;

import io.dualwrite.FailurePolicy;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * What capture needs to know of a mirrored table, from the primary's catalog and the configuration
 * alone, so that an application starts and journals while the secondary is away.
 *
 * @param journalName the table's identity in the journal: the source's {@code schema.name}
 * @param table the table on the primary
 * @param key its key columns on the primary, in the journal's order; empty: mirrored by ranges
 * @param rangeColumn for a table without a key, the column whose ranges are journaled; empty: the
 *     whole table is
 * @param keyId which columns entries name rows by, in the source's names ({@link KeyId})
 * @param policy the failure policy of writes to it
 * @param sliced whether an entry of many rows is to name rows of one slice of the table, so that
 *     slices can be delivered by themselves ({@link SliceFunction})
 */
public record CapturedTable(
    String journalName,
    Table table,
    List<Column> key,
    Optional<Column> rangeColumn,
    int keyId,
    FailurePolicy policy,
    boolean sliced) {

  /** A table of the source. */
  public CapturedTable(
      String journalName,
      Table table,
      List<Column> key,
      Optional<Column> rangeColumn,
      FailurePolicy policy) {
    this(
        journalName,
        table,
        key,
        rangeColumn,
        KeyId.of(key.stream().map(Column::name).toList(), rangeColumn.map(Column::name)),
        policy,
        false);
  }

  /** The same, where entries of many rows are to name rows of one slice each, or are not. */
  public CapturedTable sliced(boolean bySlices) {
    return new CapturedTable(journalName, table, key, rangeColumn, keyId, policy, bySlices);
  }

  /**
   * By what many rows are told apart that share an entry, given an expression for the text of each
   * key column; nothing where it does not matter.
   */
  public Optional<String> slice(IntFunction<String> text) {
    return sliced ? SliceFunction.of(key).map(function -> function.sql(text)) : Optional.empty();
  }
}
