package io.dualwrite;

import org.jspecify.annotations.Nullable;

/**
 * A call of one store that answers. It must be complete when it returns: a transaction committed, a
 * request acknowledged.
 *
 * @param <T> the answer
 * @param <E> the checked exception that it may throw, if any
 */
@FunctionalInterface
public interface StoreCall<T extends @Nullable Object, E extends Exception> {
  /** Calls the store. */
  T call() throws E;
}
