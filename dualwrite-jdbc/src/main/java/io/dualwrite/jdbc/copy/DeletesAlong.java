package io.dualwrite.jdbc.copy;

import io.dualwrite.jdbc.schema.TablePair;
import java.sql.SQLException;

/**
 * From which tables of the secondary rows that the primary has not may go because others cannot go,
 * or come, without that.
 */
@FunctionalInterface
public interface DeletesAlong {
  /** From all of the lane, as in delivery. */
  DeletesAlong ALL = table -> true;

  /** From none: only what is asked for is deleted. */
  DeletesAlong NONE = table -> false;

  /** Whether they may go from that table. */
  boolean from(TablePair table) throws SQLException;
}
