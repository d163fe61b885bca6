package io.dualwrite.reconciler.cli;

import io.dualwrite.reconciler.Databases;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What Ctrl-C and a kill do: nothing more is printed but that, and the servers are asked to cancel
 * what they are working on. The JVM then ends with the exit code that belongs to the signal, 130
 * for Ctrl-C.
 */
final class Interruption {
  /** A server that does not take the request must not keep the command from ending. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final Set<Databases> open = ConcurrentHashMap.newKeySet();
  private volatile boolean happened;

  /** Whether it has: what still comes of the command is of no interest. */
  boolean happened() {
    return happened;
  }

  /** These are asked to cancel. */
  void cancels(Databases databases) {
    open.add(databases);
  }

  /** These are closed. */
  void forgets(Databases databases) {
    open.remove(databases);
  }

  /** From now on until {@link #disarm}; {@code last} is printed. */
  Thread arm(PrintStream terminal, String last) {
    Thread hook = new Thread(() -> end(terminal, last), "interrupted");
    Runtime.getRuntime().addShutdownHook(hook);
    return hook;
  }

  /** The command has ended by itself. */
  void disarm(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The hook runs, and the exit code is the signal's.
      happened = true;
    }
  }

  private void end(PrintStream terminal, String last) {
    happened = true;
    Thread cancelling = new Thread(() -> open.forEach(Databases::cancel), "cancelling");
    cancelling.setDaemon(true);
    cancelling.start();
    terminal.println();
    terminal.println(last);
    try {
      cancelling.join(PATIENCE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
