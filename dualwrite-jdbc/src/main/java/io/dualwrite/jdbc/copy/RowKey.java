package io.dualwrite.jdbc.copy;

import java.util.List;

/**
 * A row's key, one canonical text per key column ({@link io.dualwrite.jdbc.schema.KeyText}), in the
 * order of the table's key.
 *
 * @param values never null, no element null
 */
public record RowKey(List<String> values) {
  public RowKey {
    values = List.copyOf(values);
  }
}
