package io.dualwrite.reconciler.backfill;

import io.dualwrite.jdbc.schema.TablePair;

/** The rows of a target's table do not lie where they lay when finished spans were brought. */
public final class RewrittenTargetException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public RewrittenTargetException(TablePair pair) {
    super(
        "the target's "
            + pair.target().name()
            + " was emptied, rewritten or made anew while it was copied (TRUNCATE, VACUUM FULL, CLUSTER,"
            + " ALTER TABLE, a partition detached): what was brought before may be gone. --resume goes over all of it again");
  }
}
