package io.dualwrite.jdbc.journal;

import java.util.Collection;

/**
 * How many entries are read at once.
 *
 * @param behindFrontier of each table, behind its frontier
 * @param ofEachOpen of each transaction that was under way, of each table
 */
public record ReadLimit(int behindFrontier, int ofEachOpen) {
  /** All of the open transactions together may have so many times as many. */
  private static final int OPEN = 4;

  private static final int LEAST = 20;

  /**
   * So many behind each frontier, and as many of each open transaction unless these are many:
   * hundreds of large ones that end at once would fill the memory.
   */
  public static ReadLimit of(int entries, Collection<ReadFrom> from) {
    int open = from.stream().mapToInt(each -> each.open().size()).sum();
    int share = open == 0 ? entries : Math.max(LEAST, OPEN * entries / open);
    return new ReadLimit(entries, Math.min(entries, share));
  }
}
