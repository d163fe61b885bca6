package io.dualwrite.jdbc.runtime;

import io.dualwrite.jdbc.copy.Failures;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has been begun of a migration that starts: ended, the last one first, unless all of it was
 * {@link #finished}. Otherwise a start that fails late would leave threads behind that nobody can
 * stop.
 */
final class Unfinished implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Unfinished.class);

  private final String migration;
  private final Deque<Runnable> begun = new ArrayDeque<>();

  Unfinished(String migration) {
    this.migration = migration;
  }

  /** To be ended so. */
  void add(Runnable end) {
    begun.push(end);
  }

  /** Nothing is to be ended any more. */
  void finished() {
    begun.clear();
  }

  @Override
  public void close() {
    while (!begun.isEmpty()) {
      try {
        begun.pop().run();
      } catch (RuntimeException e) {
        LOG.warn("migration {}: ending a start that failed: {}", migration, Failures.describe(e));
      }
    }
  }
}
