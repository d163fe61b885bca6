package io.dualwrite.reconciler.inspect;

import java.util.List;

/**
 * What is looked at. Immutable.
 *
 * @param tables only these tables, by their identity; empty: all
 * @param parallelism how many windows later commands will have under way at once
 */
public record InspectOptions(List<String> tables, int parallelism) {
  public InspectOptions {
    tables = List.copyOf(tables);
    if (parallelism < 1 || parallelism > 64) {
      throw new IllegalArgumentException(
          "parallelism must be between 1 and 64, was " + parallelism);
    }
  }
}
