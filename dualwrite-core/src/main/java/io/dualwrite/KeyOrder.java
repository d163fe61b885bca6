package io.dualwrite;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Knows which live writes of one key, in this process, ran on the primary at the same time. Nobody
 * can tell in which order the primary took those; all others reach the secondary in the primary's
 * order, because they are handed to it in that order.
 */
final class KeyOrder {
  private final ConcurrentHashMap<Object, List<Turn>> turns = new ConcurrentHashMap<>();

  /** One more write of the key. */
  Turn enter(Object key) {
    Turn turn = new Turn(key);
    turns.compute(
        key,
        (k, present) -> {
          List<Turn> ofKey = present == null ? new ArrayList<>(2) : present;
          ofKey.add(turn);
          return ofKey;
        });
    return turn;
  }

  /** One write. Its fields are guarded by the map's lock of its key. */
  final class Turn {
    final Object key;
    private boolean onPrimary;
    private boolean overlapped;
    private long entry = -1;

    private Turn(Object key) {
      this.key = key;
    }

    /** The write's entry in the journal. */
    void entry(long id) {
      turns.computeIfPresent(
          key,
          (k, ofKey) -> {
            entry = id;
            return ofKey;
          });
    }

    /** The primary is about to be called. */
    void beginPrimary() {
      turns.computeIfPresent(
          key,
          (k, ofKey) -> {
            for (Turn other : ofKey) {
              if (other.onPrimary) {
                other.overlapped = true;
                overlapped = true;
              }
            }
            onPrimary = true;
            return ofKey;
          });
    }

    /** The primary has answered, and the write has its place in the secondary's queue. */
    void endPrimary() {
      turns.computeIfPresent(
          key,
          (k, ofKey) -> {
            onPrimary = false;
            return ofKey;
          });
    }

    /** Whether the order of this write and another is unknown. */
    boolean overlapped() {
      boolean[] answer = new boolean[1];
      turns.computeIfPresent(
          key,
          (k, ofKey) -> {
            answer[0] = overlapped;
            return ofKey;
          });
      return answer[0];
    }

    /** The journal entries of the key's writes in this process. */
    Set<Long> entries() {
      Set<Long> entries = new HashSet<>();
      turns.computeIfPresent(
          key,
          (k, ofKey) -> {
            ofKey.forEach(turn -> entries.add(turn.entry));
            return ofKey;
          });
      return entries;
    }

    /** The write is over on both sides. */
    void exit() {
      turns.computeIfPresent(
          key,
          (k, ofKey) -> {
            ofKey.remove(this);
            return ofKey.isEmpty() ? null : ofKey;
          });
    }
  }
}
