package io.dualwrite;

import org.jspecify.annotations.Nullable;

/**
 * A write that could not be kept in step. Its message names the operation and the key, never a
 * value.
 */
public abstract class DualWriteException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String operation;
  private final transient @Nullable Object key;

  DualWriteException(String message, String operation, Object key, @Nullable Throwable cause) {
    super(message, cause);
    this.operation = operation;
    this.key = key;
  }

  /** The operation as the application named it. */
  public String operation() {
    return operation;
  }

  /** The key that was written; null after deserialization. */
  public @Nullable Object key() {
    return key;
  }
}
