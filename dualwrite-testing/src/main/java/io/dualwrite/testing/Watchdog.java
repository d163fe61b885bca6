package io.dualwrite.testing;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A shell that outlives this JVM just long enough to end a server that it left behind, and to
 * delete its data.
 *
 * <p>It waits on a pipe that only this JVM holds open, so it wakes when the JVM is gone, however it
 * went, SIGKILL included. It then ends the one server whose data directory it was given: by the pid
 * in that directory, and only if that process' command line names the directory, so that a pid used
 * again by somebody else is never hit. No other server is ever looked for. Without a POSIX shell
 * there is no watchdog, and a server outlives a JVM that is killed.
 */
final class Watchdog implements AutoCloseable {

  private static final String SCRIPT =
      """
      trap '' INT TERM HUP
      read -r line
      pid=$(head -n 1 "$1/postmaster.pid" 2>/dev/null)
      ours() {
        if [ -d /proc/self ]; then tr '\\0' ' ' < "/proc/$pid/cmdline"; else ps -p "$pid" -o args=; fi \\
          2>/dev/null | grep -qF -- "$1"
      }
      if [ -n "$pid" ] && ours "$1"; then
        kill -CONT "$pid"
        kill -QUIT "$pid"
        for i in 1 2 3 4 5 6 7 8 9 10; do ours "$1" || break; sleep 1; done
        if ours "$1"; then kill -KILL "$pid"; fi
      fi
      if [ -n "$2" ]; then rm -rf -- "$2"; fi
      """;

  private final ServerDirectory directory;
  private final @Nullable Process shell;

  private Watchdog(ServerDirectory directory, @Nullable Process shell) {
    this.directory = directory;
    this.shell = shell;
  }

  /** Watches over the server on these data, and deletes them after it unless they are kept. */
  static Watchdog over(ServerDirectory directory) {
    if (System.getProperty("os.name", "").startsWith("Windows")) {
      return new Watchdog(directory, null);
    }
    String data = directory.data().toString();
    String scratch = directory.kept() ? "" : directory.base().toString();
    try {
      return new Watchdog(
          directory,
          new ProcessBuilder(List.of("sh", "-c", SCRIPT, "watchdog", data, scratch))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start());
    } catch (IOException e) {
      throw new IllegalStateException("cannot start the watchdog of " + data, e);
    }
  }

  /**
   * Lets the watchdog finish, with the server ended before: deleting takes seconds on some disks,
   * for which nobody waits.
   */
  @Override
  public void close() {
    if (shell == null) {
      directory.deleteUnlessKept();
      return;
    }
    try {
      shell.getOutputStream().close();
    } catch (IOException gone) {
      directory.deleteUnlessKept();
    }
  }
}
