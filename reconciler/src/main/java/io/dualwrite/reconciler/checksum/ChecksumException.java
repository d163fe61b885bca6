package io.dualwrite.reconciler.checksum;

/** The two servers do not compute the same checksum from the same row. */
public final class ChecksumException extends RuntimeException {
  private static final long serialVersionUID = 1;

  ChecksumException(String message) {
    super(message);
  }
}
