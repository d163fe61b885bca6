package io.dualwrite.sample;

import java.io.PrintStream;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Users who make requests as fast as they are answered, each in a thread of its own. It begins
 * paused.
 *
 * <p>Each request ends in one line: {@code ok <id> <microseconds>} when it is acknowledged, which
 * is after its commit and never before, or {@code failed <id> <SQLState> <message>}.
 */
final class Traffic implements AutoCloseable {
  private final PrintStream answers;
  private final List<Thread> threads = new ArrayList<>();
  private boolean running;
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

  synchronized void go() {
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
  public void close() throws InterruptedException {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private void serve(Writer writer) {
    try {
      while (admitted()) {
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

  private synchronized boolean admitted() throws InterruptedException {
    while (!running && !closed) {
      wait();
    }
    if (closed) {
      return false;
    }
    busy++;
    return true;
  }

  private synchronized void done() {
    busy--;
    notifyAll();
  }
}
