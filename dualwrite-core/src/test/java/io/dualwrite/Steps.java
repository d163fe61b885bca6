package io.dualwrite;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Lets actors on threads of their own go on one step at a time, in an order that a seed decides.
 */
final class Steps {
  private enum State {
    RUNNING,
    WAITING,
    DONE
  }

  private final Map<String, State> actors = new TreeMap<>();
  private final List<String> history = new ArrayList<>();

  synchronized void join(String actor) {
    actors.put(actor, State.RUNNING);
  }

  /** Waits for the actor's turn. */
  synchronized void pass(String actor, String step) {
    if (actors.get(actor) == State.DONE) {
      return;
    }
    actors.put(actor, State.WAITING);
    notifyAll();
    boolean interrupted = false;
    while (actors.get(actor) == State.WAITING) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    history.add(actor + " " + step);
  }

  synchronized void done(String actor) {
    actors.put(actor, State.DONE);
    notifyAll();
  }

  /** Gives turns until all are done. */
  synchronized void runAll(Random random) throws InterruptedException {
    while (true) {
      while (actors.containsValue(State.RUNNING)) {
        wait();
      }
      List<String> waiting =
          actors.keySet().stream().filter(actor -> actors.get(actor) == State.WAITING).toList();
      if (waiting.isEmpty()) {
        return;
      }
      actors.put(waiting.get(random.nextInt(waiting.size())), State.RUNNING);
      notifyAll();
    }
  }

  synchronized List<String> history() {
    return List.copyOf(history);
  }
}
