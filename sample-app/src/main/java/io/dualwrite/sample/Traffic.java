package io.dualwrite.sample;

import com.google.common.util.concurrent.Uninterruptibles;
import java.io.PrintStream;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * Users who make requests, each in a thread of its own. It begins paused.
 *
 * <p>Each request ends in one line: {@code ok <id> <microseconds>} when it is acknowledged, which
 * is after its commit and never before, or {@code failed <id> <SQLState> <message>}.
 */
final class Traffic implements AutoCloseable {
  private final PrintStream answers;
  private final List<Thread> threads = new ArrayList<>();
  private boolean running;
  private long intervalNanos;
  private boolean closed;
  private int busy;

  Traffic(List<Writer> writers, PrintStream answers) {
    this.answers = answers;
    for (Writer writer : writers) {
      Thread thread = new Thread(() -> serve(writer), "writer-" + (threads.size() + 1));
      thread.start();
      threads.add(thread);
    }
  }

  /** So many requests a second, all users together; 0 for as many as are answered. */
  synchronized void go(int perSecond) {
    intervalNanos = perSecond == 0 ? 0 : TimeUnit.SECONDS.toNanos(threads.size()) / perSecond;
    running = true;
    notifyAll();
  }

  /** Returns when no request is under way any more. */
  synchronized void pause() throws InterruptedException {
    running = false;
    while (busy > 0) {
      wait();
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    threads.forEach(Uninterruptibles::joinUninterruptibly);
  }

  private void serve(Writer writer) {
    try {
      for (long due = System.nanoTime(); admitted(due); due = next(due)) {
        try {
          answer(writer);
        } finally {
          done();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void answer(Writer writer) {
    UUID id = UUID.randomUUID();
    long start = System.nanoTime();
    try {
      writer.request(id);
      answers.println("ok " + id + " " + (System.nanoTime() - start) / 1000);
    } catch (SQLException e) {
      answers.println(
          "failed "
              + id
              + " "
              + e.getSQLState()
              + " "
              + String.valueOf(e.getMessage()).replace('\n', ' '));
    }
  }

  private synchronized long next(long due) {
    return Math.max(due + intervalNanos, System.nanoTime());
  }

  private synchronized boolean admitted(long due) throws InterruptedException {
    for (long early = early(due); (!running || early > 0) && !closed; early = early(due)) {
      if (running) {
        TimeUnit.NANOSECONDS.timedWait(this, early);
      } else {
        wait();
      }
    }
    if (closed) {
      return false;
    }
    busy++;
    return true;
  }

  private long early(long due) {
    return due - System.nanoTime();
  }

  private synchronized void done() {
    busy--;
    if (busy == 0) {
      notifyAll();
    }
  }
}
