package io.dualwrite.jdbc.copy;

import io.dualwrite.Side;
import io.dualwrite.jdbc.schema.ForeignKey;
import io.dualwrite.jdbc.schema.Lane;
import io.dualwrite.jdbc.schema.TablePair;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows of the secondary that refer to others by a foreign key of the secondary.
 *
 * @param table their table, which has a key
 * @param reference the foreign key
 * @param keys theirs; none is left out, and none is there twice
 */
public record Referring(TablePair table, ForeignKey reference, List<RowKey> keys) {
  public Referring {
    keys = List.copyOf(keys);
  }

  static List<Referring> to(
      LockedCopy copy, Side secondary, Lane lane, TablePair parent, List<RowKey> keys)
      throws SQLException {
    List<Referring> found = new ArrayList<>();
    for (TablePair child : lane.tables()) {
      for (ForeignKey reference : child.on(secondary).foreignKeys()) {
        if (!child.key().isEmpty() && reference.parent().equals(parent.on(secondary).name())) {
          List<RowKey> children =
              copy.transfer(parent).children(copy.secondary(), secondary, keys, child, reference);
          if (!children.isEmpty()) {
            found.add(new Referring(child, reference, children.stream().distinct().toList()));
          }
        }
      }
    }
    return found;
  }
}
