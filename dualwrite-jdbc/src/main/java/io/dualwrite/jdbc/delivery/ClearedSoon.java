package io.dualwrite.jdbc.delivery;

import io.dualwrite.jdbc.copy.CopyContext;
import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.jdbc.journal.OwnEntries;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Entries that strict commits have delivered, until they are deleted by another thread: who commits
 * holds a connection of the application's pool and must not wait for a second one. What a crash or
 * a failure leaves is delivered once more. Safe for use by several threads.
 */
final class ClearedSoon {
  private static final Logger LOG = LoggerFactory.getLogger(ClearedSoon.class);

  private final CopyContext context;
  private final Executor executor;
  private final Queue<OwnEntries> delivered = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean clearing = new AtomicBoolean();

  ClearedSoon(CopyContext context, Executor executor) {
    this.context = context;
    this.executor = executor;
  }

  /** These have been delivered. Never blocks. */
  void add(OwnEntries entries) {
    delivered.add(entries);
    if (clearing.compareAndSet(false, true)) {
      executor.execute(this::clear);
    }
  }

  /** Deletes them. */
  void clear() {
    clearing.set(false);
    List<OwnEntries.Noted> noted = new ArrayList<>();
    for (OwnEntries own = delivered.poll(); own != null; own = delivered.poll()) {
      noted.add(own.noted());
    }
    try {
      context.journal().clearOwn(context.primaryDatabase(), noted);
    } catch (SQLException | RuntimeException e) {
      LOG.debug(
          "delivery: entries could not be cleared and are delivered again: {}",
          Failures.describe(e));
    }
  }
}
