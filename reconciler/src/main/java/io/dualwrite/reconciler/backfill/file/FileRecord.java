package io.dualwrite.reconciler.backfill.file;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A record of a file.
 *
 * @param number its number in the file among those that could be read, from 1
 * @param values one text per column that is loaded, in their order; null is null
 */
record FileRecord(long number, List<@Nullable String> values) {
  /** About how many characters it has. */
  long size() {
    long size = 0;
    for (String value : values) {
      size += value == null ? 0 : value.length();
    }
    return size;
  }
}
