package io.dualwrite.reconciler.state;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A run that has not ended: another process works on it, or was interrupted.
 *
 * @param run the run
 * @param host where the process runs or ran
 * @param pid its process; 0: it has let go of it
 * @param processStartedAt when that process began, where it could be told
 * @param silent how long it has not been heard of; it says something every {@link Runs#HEARTBEAT}
 */
public record UnfinishedRun(
    Run run, String host, long pid, Optional<Instant> processStartedAt, Duration silent) {
  /** A process of another machine that has not been heard of for so long is taken for gone. */
  public static final Duration GONE = Duration.ofSeconds(10);

  /**
   * Whether a process still works on it: on this machine that is known, elsewhere it is taken for
   * gone after {@link #GONE}. A process taken for gone that is not can do no harm: it keeps nothing
   * more.
   */
  public boolean isHeld() {
    ThisProcess here = ThisProcess.now();
    if (pid == 0 || silent.compareTo(GONE) > 0) {
      return false;
    }
    if (!host.equals(here.host())) {
      return true;
    }
    return ProcessHandle.of(pid)
        .filter(ProcessHandle::isAlive)
        .map(p -> processStartedAt.equals(ThisProcess.startOf(p)))
        .orElse(false);
  }

  /** The process, for messages. */
  public String process() {
    return "process " + pid + " on " + host;
  }
}
