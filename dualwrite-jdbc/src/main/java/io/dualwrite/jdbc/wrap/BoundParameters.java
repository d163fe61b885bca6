package io.dualwrite.jdbc.wrap;

import java.sql.PreparedStatement;
import java.sql.SQLException;

/** The parameters of a statement that was executed, to be set on another by any thread. */
@FunctionalInterface
public interface BoundParameters {
  /** None. */
  BoundParameters NONE = statement -> {};

  /** Sets them. */
  void set(PreparedStatement statement) throws SQLException;
}
