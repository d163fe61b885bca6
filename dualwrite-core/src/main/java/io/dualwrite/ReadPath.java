package io.dualwrite;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Sends a read to the primary, and now and then its shadow to the secondary. */
record ReadPath(PhaseReader phases, ShadowReads shadows) {

  <T extends @Nullable Object, E extends Exception> T read(
      String operation, Optional<Object> key, StoreCall<T, E> source, StoreCall<T, E> target)
      throws E {
    Phase phase = phases.effective();
    StoreCall<T, E> primary = phase.primary() == Side.SOURCE ? source : target;
    if (!phase.isDual() || !shadows.samples()) {
      return primary.call();
    }
    long started = System.nanoTime();
    T answer = primary.call();
    long nanos = System.nanoTime() - started;
    shadows.repeat(
        operation,
        key,
        phase.primary(),
        answer,
        nanos,
        phase.primary() == Side.SOURCE ? target : source);
    return answer;
  }
}
