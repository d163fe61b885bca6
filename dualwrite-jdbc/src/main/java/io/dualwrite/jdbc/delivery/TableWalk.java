package io.dualwrite.jdbc.delivery;

import io.dualwrite.Side;
import io.dualwrite.jdbc.copy.LockedCopy;
import io.dualwrite.jdbc.copy.RowKey;
import io.dualwrite.jdbc.schema.TablePair;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * The delivery of a whole table, in steps: first the keys that the secondary has, then those that
 * the primary has. Each step is an ordinary copy of some keys under the lock, so it may be
 * repeated, and other entries go on in between. Walking each side in its own order needs no
 * agreement on collations. Progress is in memory: after a crash the walk starts again.
 */
final class TableWalk {
  private final TablePair table;
  private final WholeTable stands;
  private final Side secondary;
  private Side walking;
  private Optional<RowKey> after = Optional.empty();

  /** A walk that stands for these entries, all of them written before it begins. */
  TableWalk(TablePair table, WholeTable stands, Side secondary) {
    this.table = table;
    this.stands = stands;
    this.secondary = secondary;
    this.walking = secondary;
  }

  /** What is delivered when the walk is done. */
  WholeTable standsFor() {
    return stands;
  }

  TablePair table() {
    return table;
  }

  /** The keys of the next step; empty when a side is walked to its end. */
  List<RowKey> next(LockedCopy copy, int limit) throws SQLException {
    return copy.nextKeys(table, walking, after, limit);
  }

  /** Moves on behind these keys once they are committed; true when the whole walk is done. */
  boolean advance(List<RowKey> keys) {
    if (!keys.isEmpty()) {
      after = Optional.of(keys.get(keys.size() - 1));
      return false;
    }
    if (walking == secondary) {
      walking = secondary.other();
      after = Optional.empty();
      return false;
    }
    return true;
  }
}
