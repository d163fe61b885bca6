package io.dualwrite.jdbc.schema;

import io.dualwrite.Side;

/**
 * A column of the source and the column of the target that holds the same value; names and types
 * may differ.
 */
public record ColumnPair(Column source, Column target) {

  /** The column as it stands on {@code side}. */
  public Column on(Side side) {
    return side == Side.SOURCE ? source : target;
  }
}
