package io.dualwrite.reconciler.state;

import java.sql.SQLException;

/**
 * Another process has taken this run over, or its records were removed: this one must stop, and the
 * transaction must not be committed.
 */
public final class TakenOverException extends SQLException {
  private static final long serialVersionUID = 1;

  TakenOverException(Run run) {
    super(
        "run "
            + run.id()
            + " of "
            + run.command()
            + " was taken over by another process, or its records were removed; this one stops");
  }
}
