package io.dualwrite.reconciler.backfill;

import static java.util.stream.Collectors.joining;

import io.dualwrite.jdbc.schema.ColumnPair;
import java.util.List;

/**
 * What finished spans depend on: the tables themselves, the columns copied and those that the table
 * is cut by. Where these are others than when a run was interrupted, its spans say nothing.
 */
final class Shape {
  private Shape() {}

  static String of(Cuts cuts) {
    return "of "
        + cuts.pair().source().oid()
        + " in "
        + cuts.pair().target().oid()
        + "; by "
        + columns(cuts.columns())
        + (cuts.alike() ? "" : " of the source alone")
        + "; copies "
        + columns(cuts.pair().columns())
        + "; since "
        + cuts.since().map(Object::toString).orElse("the first")
        + " until "
        + cuts.until().map(Object::toString).orElse("the last");
  }

  private static String columns(List<ColumnPair> columns) {
    return columns.stream()
        .map(
            c ->
                c.source().name()
                    + " "
                    + c.source().type()
                    + " as "
                    + c.target().name()
                    + " "
                    + c.target().type())
        .collect(joining(", ", "(", ")"));
  }
}
