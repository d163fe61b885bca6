package io.dualwrite.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * A process and all that it started, signalled as one. The root is always stopped first, so that it
 * cannot start another while its descendants are listed.
 */
final class ProcessTree {

  private static final Duration DEATH_TIMEOUT = Duration.ofSeconds(60);

  private final long root;

  ProcessTree(long root) {
    this.root = root;
  }

  /** Returns when every process of the tree is dead. */
  void kill() {
    List<Long> pids = stoppedAtTheRoot();
    signal("KILL", pids);
    long deadline = System.nanoTime() + DEATH_TIMEOUT.toNanos();
    while (pids.stream().anyMatch(ProcessTree::isAlive)) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("process " + root + " outlives SIGKILL");
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  void freeze() {
    signal("STOP", stoppedAtTheRoot());
  }

  void thaw() {
    signal("CONT", descendantsAndRoot());
  }

  boolean isAlive() {
    return isAlive(root);
  }

  private List<Long> stoppedAtTheRoot() {
    signal("STOP", List.of(root));
    return descendantsAndRoot();
  }

  private List<Long> descendantsAndRoot() {
    List<Long> pids = new ArrayList<>();
    ProcessHandle.of(root)
        .ifPresent(handle -> handle.descendants().map(ProcessHandle::pid).forEach(pids::add));
    pids.add(root);
    return pids;
  }

  /** A zombie counts as dead: whoever should have reaped it may never do so. */
  private static boolean isAlive(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      return "ZX".indexOf(stat.charAt(stat.lastIndexOf(')') + 2)) < 0;
    } catch (IOException gone) {
      // Gone, or a system without /proc.
      return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }
  }

  private static void signal(String name, List<Long> pids) {
    StringBuilder script = new StringBuilder();
    pids.forEach(pid -> script.append("kill -").append(name).append(' ').append(pid).append(';'));
    Shell.run(script.toString());
  }
}
