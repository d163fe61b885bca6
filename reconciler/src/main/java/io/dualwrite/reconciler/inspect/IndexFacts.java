package io.dualwrite.reconciler.inspect;

import java.util.List;

/**
 * A valid index.
 *
 * @param name its name
 * @param columns the names of its key columns, in order; an expression is the empty text
 * @param method {@code btree}, {@code gin}, …
 * @param unique whether it refuses duplicates
 * @param partial whether it holds only some rows
 */
record IndexFacts(
    String name, List<String> columns, String method, boolean unique, boolean partial) {

  /** Whether a range of that column can be read through it. */
  boolean leads(String column) {
    return method.equals("btree") && !partial && columns.get(0).equals(column);
  }

  /** Whether it is over nothing but whole columns, and all rows. */
  boolean plain() {
    return !partial && columns.stream().noneMatch(String::isEmpty);
  }
}
