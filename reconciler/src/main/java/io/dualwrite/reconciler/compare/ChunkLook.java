package io.dualwrite.reconciler.compare;

import io.dualwrite.Side;
import io.dualwrite.reconciler.checksum.ComparedTable;
import io.dualwrite.reconciler.window.Chunk;
import io.dualwrite.reconciler.window.SideReadException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;

/**
 * Looks at one chunk of a single window over two connections that somebody else has opened, each in
 * a transaction of its own.
 *
 * @param table the table
 * @param chunk the window, alone
 * @param executor runs the target's queries; the calling thread runs the source's
 */
public record ChunkLook(ComparedTable table, Chunk chunk, Executor executor) {
  private static final int ROWS_PER_CELL = 500;
  private static final int MAX_CELLS = 4_096;
  private static final int CUT_FROM = 2_000;

  /** Both sides' count and checksum. */
  public record Sums(WindowSum source, WindowSum target) {
    /** Whether they are the same. */
    public boolean equal() {
      return source.equals(target);
    }
  }

  /** Counts and hashes the window on both sides at the same time. */
  public Sums sums(Connection source, Connection target) {
    BothSides.Answers<Map<Long, WindowSum>> sums =
        both(source, target, (side, c) -> new ChunkQueries(table, chunk, side).sums(c));
    return new Sums(
        sums.source().getOrDefault(0L, WindowSum.NONE),
        sums.target().getOrDefault(0L, WindowSum.NONE));
  }

  /** The rows that differ, about {@code limit} of them behind {@code after}. */
  public RowMerge.Page differing(
      Connection source, Connection target, Sums sums, OptionalLong after, int limit) {
    long rows = Math.max(sums.source().rows(), sums.target().rows());
    boolean oneSided = Math.min(sums.source().rows(), sums.target().rows()) == 0;
    int buckets =
        rows <= CUT_FROM || oneSided
            ? 1
            : Integer.highestOneBit((int) Math.min(MAX_CELLS, rows / ROWS_PER_CELL)) * 2;
    List<Long> cells = buckets == 1 ? List.of() : cells(source, target, buckets);
    if (buckets > 1 && cells.isEmpty()) {
      return RowMerge.Page.NOTHING;
    }
    try (RowCursor s = rows(Side.SOURCE, source, buckets, cells, after);
        RowCursor t = rows(Side.TARGET, target, buckets, cells, after)) {
      return RowMerge.byKey(s, t, limit);
    }
  }

  private List<Long> cells(Connection source, Connection target, int buckets) {
    BothSides.Answers<Map<Long, WindowSum>> sums =
        both(
            source,
            target,
            (side, c) -> new ChunkQueries(table, chunk, side).cells(c, List.of(0), buckets));
    Map<Long, WindowSum> differing = new HashMap<>(sums.source());
    sums.target()
        .forEach(
            (cell, sum) -> {
              if (!differing.remove(cell, sum)) {
                differing.put(cell, sum);
              }
            });
    return differing.keySet().stream().sorted().toList();
  }

  private RowCursor rows(
      Side side, Connection connection, int buckets, List<Long> cells, OptionalLong after) {
    try {
      return new ChunkQueries(table, chunk, side)
          .rows(connection, List.of(0), buckets, cells, after);
    } catch (SQLException e) {
      throw new SideReadException(side, e);
    }
  }

  private <T> BothSides.Answers<T> both(
      Connection source, Connection target, BothSides.Question<T> question) {
    CompletableFuture<T> there =
        CompletableFuture.supplyAsync(() -> ask(question, Side.TARGET, target), executor);
    T here;
    try {
      here = ask(question, Side.SOURCE, source);
    } catch (SideReadException e) {
      there.handle((answer, failure) -> answer).join();
      throw e;
    }
    try {
      return new BothSides.Answers<>(here, there.join());
    } catch (CompletionException e) {
      if (e.getCause() instanceof SideReadException failure) {
        throw failure;
      }
      throw e;
    }
  }

  private static <T> T ask(BothSides.Question<T> question, Side side, Connection connection) {
    try {
      return question.ask(side, connection);
    } catch (SQLException e) {
      throw new SideReadException(side, e);
    }
  }
}
