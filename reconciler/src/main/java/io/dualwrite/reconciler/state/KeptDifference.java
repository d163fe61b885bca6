package io.dualwrite.reconciler.state;

import java.util.List;

/**
 * A row that differed, or rows of a table without a key. No value of it is kept but the key.
 *
 * @param kind {@code MISSING}, {@code EXTRA} or {@code CHANGED}
 * @param key the canonical texts of its key, as the journal has them; empty without a key
 * @param identity the key in the form that is the same on both sides
 * @param columns the source's names of the columns that differed
 * @param rows how many rows
 */
public record KeptDifference(
    String kind, List<String> key, List<String> identity, List<String> columns, long rows) {
  public KeptDifference {
    key = List.copyOf(key);
    identity = List.copyOf(identity);
    columns = List.copyOf(columns);
  }
}
