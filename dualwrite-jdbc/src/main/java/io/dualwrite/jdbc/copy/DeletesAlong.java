package io.dualwrite.jdbc.copy;

import io.dualwrite.jdbc.schema.TablePair;
import java.sql.SQLException;

/**
 * What may happen to rows of the secondary because others cannot go, or come, without that: from
 * which tables those that the primary has not may be deleted.
 */
@FunctionalInterface
public interface DeletesAlong {
  /** From all of the lane, as in delivery: what was deleted on the primary was so there, too. */
  DeletesAlong ALL =
      new DeletesAlong() {
        @Override
        public boolean from(TablePair table) {
          return true;
        }

        @Override
        public boolean emptiesReferences() {
          return true;
        }
      };

  /** From none: only what is asked for is deleted. */
  DeletesAlong NONE = table -> false;

  /** Whether they may go from that table. */
  boolean from(TablePair table) throws SQLException;

  /**
   * Whether rows of that table that the secondary has may become what the primary's are; those that
   * it lacks may come in any case.
   */
  default boolean changes(TablePair table) {
    return true;
  }

  /**
   * Whether a delete may run {@code ON DELETE SET NULL} and {@code SET DEFAULT}; else the rows that
   * refer to it are in its way, as they are without an action.
   */
  default boolean emptiesReferences() {
    return false;
  }
}
