package io.dualwrite;

/**
 * Brings one key's state from the primary to the secondary: reads it from the primary now, and
 * writes it to the secondary (or deletes it there, if the primary has nothing under the key).
 *
 * <p>It may be called at any time, again and again, for keys that are equal already. It is called
 * on the writer's threads, never twice at a time for one key in one process, and interrupted when
 * it takes longer than the secondary's time limit.
 */
@FunctionalInterface
public interface Copier<K> {
  /**
   * Copies {@code key} from {@code from} to the other side.
   *
   * @throws Exception if it could not; it is tried again later
   */
  void copy(K key, Side from) throws Exception;
}
