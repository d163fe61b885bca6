package io.dualwrite.jdbc.schema;

import io.dualwrite.FailurePolicy;
import io.dualwrite.Side;
import java.util.List;
import java.util.Optional;

/**
 * A mirrored table: its form on both sides and what ties them.
 *
 * <p>Its identity, in the journal, in locks, in reports and in configuration, is the source's name,
 * whichever side is primary.
 *
 * @param source the table on the source
 * @param target the table on the target
 * @param columns the pairs of columns that are copied and compared, in the source's order; columns
 *     computed by the server on either side and ignored ones are left out
 * @param key the pairs, out of {@code columns}, that tell a row apart, in the order in which the
 *     journal holds a row's key; empty for a table without a key, which is mirrored by ranges
 * @param timeColumn the pair whose ranges are the windows
 * @param appendOnly whether rows are declared never to change once inserted
 * @param policy the failure policy of writes to this table
 */
public record TablePair(
    Table source,
    Table target,
    List<ColumnPair> columns,
    List<ColumnPair> key,
    Optional<ColumnPair> timeColumn,
    boolean appendOnly,
    FailurePolicy policy) {

  /** The table's identity: the source's name. */
  public TableName name() {
    return source.name();
  }

  /** The table as it stands on {@code side}. */
  public Table on(Side side) {
    return side == Side.SOURCE ? source : target;
  }

  /** Which columns this table's journal entries name rows by ({@link KeyId}). */
  public int keyId() {
    return KeyId.of(
        key.stream().map(c -> c.source().name()).toList(), timeColumn.map(c -> c.source().name()));
  }

  /** The columns as they stand on {@code side}, in the order of {@link #columns}. */
  public List<Column> columnsOn(Side side) {
    return columns.stream().map(c -> c.on(side)).toList();
  }

  /** The key columns as they stand on {@code side}, in the journal's order. */
  public List<Column> keyOn(Side side) {
    return key.stream().map(c -> c.on(side)).toList();
  }

  /**
   * The unique index of {@code side} over exactly the key, in any order, that {@code ON CONFLICT}
   * can use.
   */
  public Optional<UniqueKey> conflictKey(Side side) {
    List<String> names = key.stream().map(c -> c.on(side).name()).toList();
    return on(side).uniqueKeys().stream()
        .filter(
            k ->
                k.immediate()
                    && k.columns().size() == names.size()
                    && k.columns().containsAll(names))
        .findFirst();
  }
}
