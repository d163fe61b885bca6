package io.dualwrite.reconciler.backfill;

import io.dualwrite.reconciler.state.UnfinishedRun;

/** Another process works on a backfill of the same tables. Nothing was changed. */
public final class BackfillBusyException extends RuntimeException {
  private static final long serialVersionUID = 1;

  BackfillBusyException(UnfinishedRun run) {
    super(
        run.process()
            + " is backfilling since "
            + run.run().startedAt()
            + " (heard of "
            + run.silent().toMillis() / 1000.0
            + " s ago). Wait for it, or give it more with --parallelism there. Nothing was changed.");
  }
}
