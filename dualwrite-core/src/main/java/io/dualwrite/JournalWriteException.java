package io.dualwrite;

/**
 * Under {@link FailurePolicy#STRICT} the journal could not record a write, so neither store was
 * called.
 */
public final class JournalWriteException extends DualWriteException {
  private static final long serialVersionUID = 1L;

  JournalWriteException(String writer, String operation, Object key, RuntimeException cause) {
    super(
        "%s: \"%s\" of key %s: the journal could not record it; nothing was written"
            .formatted(writer, operation, key),
        operation,
        key,
        cause);
  }
}
