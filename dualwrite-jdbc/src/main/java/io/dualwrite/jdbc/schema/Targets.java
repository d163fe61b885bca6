package io.dualwrite.jdbc.schema;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What can only be seen of all pairs together. */
final class Targets {
  private Targets() {}

  /** Removes pairs that write to the same target. */
  static void refuseShared(List<TablePair> pairs, List<Refused> refused) {
    Map<TableName, Integer> uses = new HashMap<>();
    pairs.forEach(p -> uses.merge(p.target().name(), 1, Integer::sum));
    pairs.removeIf(
        pair -> {
          boolean shared = uses.getOrDefault(pair.target().name(), 0) > 1;
          if (shared) {
            refused.add(
                new Refused(
                    pair.name().toString(),
                    "target-shared",
                    pair.name()
                        + " is not the only table mirrored to "
                        + pair.target().name()
                        + ". Give each a target of its own under tables.overrides."));
          }
          return shared;
        });
  }

  /** A row whose parent on the target is nobody's to deliver may be refused there. */
  static void warnOfOuterParents(List<TablePair> pairs, List<Warning> warnings) {
    Set<TableName> mirrored = new HashSet<>();
    pairs.forEach(p -> mirrored.add(p.target().name()));
    for (TablePair pair : pairs) {
      for (ForeignKey key : pair.target().foreignKeys()) {
        if (!mirrored.contains(key.parent())) {
          warnings.add(
              new Warning(
                  pair.name().toString(),
                  "outer-parent",
                  "on the target, foreign key "
                      + key.name()
                      + " refers to "
                      + key.parent()
                      + ", which is not mirrored; rows without a parent there cannot be delivered. Mirror it too, or drop the constraint."));
        }
      }
    }
  }
}
