package io.dualwrite.reconciler.load;

import io.dualwrite.reconciler.window.SideReadException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Something that holds a run back. Asked by one thread at a time. */
interface Brake {
  /**
   * Why it holds the run back, in words; empty while it does not.
   *
   * @throws SideReadException if that cannot be found out
   */
  Optional<String> reason();

  /** Whether less at once may help, so that it need not be a pause. */
  default boolean eases() {
    return false;
  }

  /** A pause while the file exists. */
  static Brake whileExists(Path file) {
    return () -> Files.exists(file) ? Optional.of(file + " exists") : Optional.empty();
  }
}
