package io.dualwrite.jdbc.journal;

import io.dualwrite.jdbc.schema.SliceFunction;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/**
 * Which entries are worth reading for some slices of a table: those whose row, or the first of
 * whose rows, is in one of them. Whether all of an entry's rows are is for the reader to see.
 *
 * @param function the table's
 * @param keyId the id of the key that entries are read by
 * @param slices which ones
 */
public record SliceFilter(SliceFunction function, int keyId, Set<Integer> slices) {
  /** A condition on an entry {@code j}. */
  String sql() {
    String ranges =
        function.isNumbered()
            ? " WHEN j.range_from IS NOT NULL THEN " + slice(i -> "j.range_from")
            : "";
    return "CASE WHEN j.key_id IS DISTINCT FROM "
        + keyId
        + " THEN NULL WHEN j.key IS NOT NULL THEN "
        + slice(i -> "j.key[" + (i + 1) + "]")
        + " WHEN j.keys IS NOT NULL THEN "
        + slice(i -> "j.keys[1][" + (i + 1) + "]")
        + ranges
        + " END = ANY ('{"
        + slices.stream().sorted().map(String::valueOf).collect(Collectors.joining(","))
        + "}'::pg_catalog.int8[])";
  }

  private String slice(IntFunction<String> text) {
    return "(" + function.sql(text) + ")::pg_catalog.int8";
  }
}
