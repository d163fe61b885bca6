package io.dualwrite.jdbc.schema;

import io.dualwrite.Side;
import io.dualwrite.jdbc.config.Tolerance;
import java.util.Optional;

/**
 * A column of the source and the column of the target that holds the same value; names and types
 * may differ.
 *
 * @param tolerance how far apart the values may be in a comparison; empty: not at all
 */
public record ColumnPair(Column source, Column target, Optional<Tolerance> tolerance) {

  /** Columns whose values are the same or not. */
  public ColumnPair(Column source, Column target) {
    this(source, target, Optional.empty());
  }

  /** The column as it stands on {@code side}. */
  public Column on(Side side) {
    return side == Side.SOURCE ? source : target;
  }
}
