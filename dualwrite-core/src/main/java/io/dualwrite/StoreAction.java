package io.dualwrite;

import org.jspecify.annotations.Nullable;

/**
 * A call of one store without an answer. It must be complete when it returns.
 *
 * @param <E> the checked exception that it may throw, if any
 */
@FunctionalInterface
public interface StoreAction<E extends Exception> {
  /** Calls the store. */
  void run() throws E;

  /** The same as a call that answers null. */
  @SuppressWarnings("NullAway") // It does not follow @Nullable type arguments.
  default StoreCall<@Nullable Void, E> asCall() {
    return () -> {
      run();
      return null;
    };
  }
}
