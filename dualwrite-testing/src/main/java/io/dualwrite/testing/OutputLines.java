package io.dualwrite.testing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Lines that one thread writes and others wait for. */
final class OutputLines {

  private final List<String> lines = new ArrayList<>();
  private boolean ended;

  synchronized void add(String line) {
    lines.add(line);
    notifyAll();
  }

  synchronized void end() {
    ended = true;
    notifyAll();
  }

  synchronized List<String> soFar() {
    return List.copyOf(lines);
  }

  synchronized String await(Predicate<String> wanted, Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    int next = 0;
    while (true) {
      for (; next < lines.size(); next++) {
        if (wanted.test(lines.get(next))) {
          return lines.get(next);
        }
      }
      long left = deadline - System.nanoTime();
      if (ended || left <= 0) {
        String why = ended ? "the output ended without the line; " : "the line did not come; ";
        throw new AssertionError(why + describe());
      }
      try {
        TimeUnit.NANOSECONDS.timedWait(this, left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while waiting for a line", e);
      }
    }
  }

  synchronized String describe() {
    return "its output:\n" + String.join("\n", lines);
  }
}
