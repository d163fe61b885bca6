package io.dualwrite.jdbc.copy;

import java.util.Set;

/**
 * Rows of a table that the secondary has none of, to be sent as they come.
 *
 * @param ranges all rows of these ranges of a whole-number key
 * @param keys rows of these keys
 */
public record NewRows(Set<KeyRange> ranges, Set<RowKey> keys) {}
