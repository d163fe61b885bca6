package io.dualwrite.jdbc.wrap;

import io.dualwrite.FailurePolicy;
import io.dualwrite.jdbc.copy.RowKey;
import io.dualwrite.jdbc.schema.CapturedTable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What one transaction touched so far. Confined to the connection's thread; cleared and used again
 * for the next one.
 */
public final class MirroredTransaction {
  /**
   * Few, and asked for by identity: a table's description is too large to be hashed per statement.
   */
  private final List<CapturedTable> tables = new ArrayList<>(4);

  /**
   * For each table, the last ones left out, the rows that only memory names (BEST_EFFORT); the
   * journal holds the others.
   */
  private final List<List<RowKey>> remembered = new ArrayList<>(0);

  private FailurePolicy policy = FailurePolicy.BEST_EFFORT;
  private boolean elsewhere;

  /** Notes that the journal names rows of this table. */
  public void journaled(CapturedTable table) {
    indexOf(table);
    FailurePolicy own = table.policy();
    policy = policy.strictest(own == FailurePolicy.BEST_EFFORT ? FailurePolicy.RECOVER : own);
  }

  /** Notes rows that only memory names. */
  public void remember(CapturedTable table, RowKey key) {
    int index = indexOf(table);
    while (remembered.size() <= index) {
      remembered.add(List.of());
    }
    List<RowKey> keys = remembered.get(index);
    if (keys.isEmpty()) {
      keys = new ArrayList<>();
      remembered.set(index, keys);
    }
    keys.add(key);
  }

  /** Notes that triggers may have journaled rows of tables that nobody here knows. */
  public void journaledElsewhere() {
    elsewhere = true;
    policy = policy.strictest(FailurePolicy.RECOVER);
  }

  /** Whether the journal may name rows of other tables as well. */
  public boolean isJournaledElsewhere() {
    return elsewhere;
  }

  private int indexOf(CapturedTable table) {
    for (int i = 0; i < tables.size(); i++) {
      if (tables.get(i) == table) {
        return i;
      }
    }
    tables.add(table);
    return tables.size() - 1;
  }

  /** The tables touched; the same table twice if its description changed meanwhile. */
  public List<CapturedTable> tables() {
    return Collections.unmodifiableList(tables);
  }

  /** The rows of this table that only memory names. */
  public List<RowKey> remembered(CapturedTable table) {
    for (int i = 0; i < remembered.size(); i++) {
      if (tables.get(i) == table) {
        return remembered.get(i);
      }
    }
    return List.of();
  }

  /** The strictest policy of the tables touched. */
  public FailurePolicy policy() {
    return policy;
  }

  /** Whether the journal names all that was touched, and nothing more is promised than that. */
  boolean isJournaledAlone() {
    return isEmpty()
        || (policy == FailurePolicy.RECOVER && remembered.stream().allMatch(List::isEmpty));
  }

  /** Whether nothing mirrored was touched. */
  public boolean isEmpty() {
    return tables.isEmpty() && !elsewhere;
  }

  /** Forgets everything: the transaction has ended. */
  public void clear() {
    if (!isEmpty()) {
      tables.clear();
      if (!remembered.isEmpty()) {
        remembered.clear();
      }
      elsewhere = false;
      policy = FailurePolicy.BEST_EFFORT;
    }
  }
}
