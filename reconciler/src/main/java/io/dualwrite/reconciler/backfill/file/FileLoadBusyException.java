package io.dualwrite.reconciler.backfill.file;

import io.dualwrite.reconciler.state.UnfinishedRun;

/** Another process loads files into the same table. Nothing was changed. */
public final class FileLoadBusyException extends RuntimeException {
  private static final long serialVersionUID = 1;

  FileLoadBusyException(String table, UnfinishedRun run) {
    super(
        run.process()
            + " is loading files into "
            + table
            + " since "
            + run.run().startedAt()
            + " (heard of "
            + run.silent().toMillis() / 1000.0
            + " s ago). Wait for it. Nothing was changed.");
  }
}
