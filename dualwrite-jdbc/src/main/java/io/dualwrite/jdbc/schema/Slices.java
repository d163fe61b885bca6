package io.dualwrite.jdbc.schema;

import io.dualwrite.Side;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A table of which several deliverers may deliver a slice each, at once: no other table hangs on
 * it, nothing but its primary key is unique on the secondary, and the rows' slices are told by that
 * key. This is how the table looked when the catalogs were read; whoever delivers a slice looks
 * again, in its transactions.
 *
 * @param table the table
 * @param function which slice a row is in, by the journal's text of its key
 */
public record Slices(TablePair table, SliceFunction function) {

  /** For a lane of one such table. */
  public static Optional<Slices> of(Lane lane, Side primary) {
    if (lane.tables().size() != 1) {
      return Optional.empty();
    }
    TablePair pair = lane.tables().get(0);
    Side secondary = primary.other();
    Table written = pair.on(secondary);
    boolean alone =
        written.uniqueKeys().size() == 1
            && written.uniqueKeys().get(0).primary()
            && written.uniqueKeys().get(0).immediate()
            && written
                .uniqueKeys()
                .get(0)
                .columns()
                .equals(pair.keyOn(secondary).stream().map(Column::name).toList())
            && written.foreignKeys().isEmpty()
            && written.userTriggers().isEmpty()
            && !written.hasRules();
    return alone
        ? SliceFunction.of(pair.keyOn(secondary))
            .filter(function -> suits(function, pair.keyOn(primary)))
            .map(function -> new Slices(pair, function))
        : Optional.empty();
  }

  private static boolean suits(SliceFunction function, List<Column> ofPrimary) {
    for (int i = 0; i < ofPrimary.size(); i++) {
      if (function.counts(i) && !function.isLike(i, ofPrimary.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** Whether the row of this key is in a slice of that set. */
  public boolean holds(Set<Integer> slices, List<String> key) {
    OptionalInt slice = function.slice(key);
    return slice.isPresent() && slices.contains(slice.getAsInt());
  }

  /** Whether all rows from one whole number to another are in slices of that set. */
  public boolean holds(Set<Integer> slices, long from, long to) {
    return function.isNumbered() && slices.containsAll(function.slices(from, to));
  }
}
