package io.dualwrite.testing;

import java.io.IOException;
import java.io.UncheckedIOException;

/** The system's shell, for what Java cannot do: signals and shared memory. */
final class Shell {

  private Shell() {}

  /** Runs a script to its end. Whether it succeeds, and what it prints, does not matter. */
  static void run(String script) {
    try {
      new ProcessBuilder("sh", "-c", script)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run: " + script, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while running: " + script, e);
    }
  }
}
