package io.dualwrite.jdbc.shadow;

import java.sql.PreparedStatement;
import java.sql.SQLException;

/** The parameters of a query as the application bound them. */
@FunctionalInterface
public interface Binding {
  /** Binds them to another statement with the same text. */
  void to(PreparedStatement statement) throws SQLException;
}
