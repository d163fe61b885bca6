package io.dualwrite.jdbc.wrap;

import io.dualwrite.FailurePolicy;
import io.dualwrite.jdbc.copy.RowKey;
import io.dualwrite.jdbc.schema.CapturedTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one transaction touched so far. Confined to the connection's thread; cleared and used again
 * for the next one.
 */
public final class MirroredTransaction {
  /** For BEST_EFFORT the keys, else empty lists: the journal holds them. */
  private final Map<CapturedTable, List<RowKey>> touched = new LinkedHashMap<>(4);

  private FailurePolicy policy = FailurePolicy.BEST_EFFORT;

  /**
   * Most transactions write to one table again and again; hashing a table's description is not
   * cheap.
   */
  private @Nullable CapturedTable lastJournaled;

  /** Notes that the journal names rows of this table. */
  public void journaled(CapturedTable table) {
    if (table == lastJournaled) {
      return;
    }
    lastJournaled = table;
    touched.computeIfAbsent(table, t -> List.of());
    policy =
        policy.strictest(
            table.policy() == FailurePolicy.BEST_EFFORT ? FailurePolicy.RECOVER : table.policy());
  }

  /** Notes rows that only memory names. */
  public void remember(CapturedTable table, RowKey key) {
    touched.merge(
        table,
        new ArrayList<>(List.of(key)),
        (old, added) -> {
          List<RowKey> all = old instanceof ArrayList ? old : new ArrayList<>(old);
          all.addAll(added);
          return all;
        });
  }

  /** The tables touched. */
  public Set<CapturedTable> tables() {
    return touched.keySet();
  }

  /** The rows of this table that only memory names. */
  public List<RowKey> remembered(CapturedTable table) {
    return touched.getOrDefault(table, List.of());
  }

  /** The strictest policy of the tables touched. */
  public FailurePolicy policy() {
    return policy;
  }

  /** Whether nothing mirrored was touched. */
  public boolean isEmpty() {
    return touched.isEmpty();
  }

  /** Forgets everything: the transaction has ended. */
  public void clear() {
    touched.clear();
    lastJournaled = null;
    policy = FailurePolicy.BEST_EFFORT;
  }
}
