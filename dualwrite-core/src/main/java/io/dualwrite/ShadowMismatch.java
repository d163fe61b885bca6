package io.dualwrite;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Two different answers to one read. A write that had not reached the secondary yet is a mismatch,
 * too.
 *
 * @param operation the operation as the application named it
 * @param key the key that was read, if the application gave one
 * @param primary the side whose answer the application got
 */
public record ShadowMismatch(
    String operation,
    Optional<Object> key,
    Side primary,
    @Nullable Object primaryAnswer,
    @Nullable Object secondaryAnswer) {

  /** Without the answers, so that a log does not show them. */
  @Override
  public String toString() {
    return operation
        + key.map(of -> " of key " + of).orElse("")
        + ": the "
        + primary.other().label()
        + " answers otherwise than the "
        + primary.label();
  }
}
