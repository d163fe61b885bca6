package io.dualwrite.jdbc.shadow;

import java.sql.SQLTransientConnectionException;

/** The application needs its pool's connections itself; a shadow read is not made. */
public final class NoConnectionToSpareException extends SQLTransientConnectionException {
  private static final long serialVersionUID = 1;

  /** With what is missing. */
  public NoConnectionToSpareException(String reason) {
    super(reason, "08001");
  }
}
