package io.dualwrite.jdbc.journal;

import java.sql.SQLException;

/** A privilege on the control schema is missing; the message names it and how to grant it. */
public final class MissingPrivilegeException extends SQLException {
  private static final long serialVersionUID = 1;

  MissingPrivilegeException(String message, SQLException cause) {
    super(message, cause.getSQLState(), cause);
  }
}
