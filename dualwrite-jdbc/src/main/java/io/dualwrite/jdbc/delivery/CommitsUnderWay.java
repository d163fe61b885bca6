package io.dualwrite.jdbc.delivery;

import io.dualwrite.jdbc.prepared.PreparedId;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Commits between their PREPARE and their end. Safe for use by several threads. */
final class CommitsUnderWay {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition none = lock.newCondition();
  private final Set<String> ids = new HashSet<>();

  void begun(PreparedId id) {
    lock.lock();
    try {
      ids.add(id.text());
    } finally {
      lock.unlock();
    }
  }

  void ended(PreparedId id) {
    lock.lock();
    try {
      if (ids.remove(id.text()) && ids.isEmpty()) {
        none.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits until there are none, no longer than that. */
  void await(Duration limit) throws InterruptedException {
    long left = limit.toNanos();
    lock.lock();
    try {
      while (!ids.isEmpty() && left > 0) {
        left = none.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }
}
