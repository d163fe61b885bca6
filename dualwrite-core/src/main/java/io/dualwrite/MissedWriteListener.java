package io.dualwrite;

/** Is told of each write that the secondary may lack and that no journal remembers. */
@FunctionalInterface
public interface MissedWriteListener {
  /**
   * The secondary may not have this right. Called on any thread; must return at once and not throw.
   */
  void missed(String operation, Object key, FailureReason reason);
}
