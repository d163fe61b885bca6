package io.dualwrite.reconciler.compare;

import io.dualwrite.Side;
import io.dualwrite.jdbc.schema.TablePair;
import io.dualwrite.reconciler.window.SideReadException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;

/**
 * Reads both sides at once, each in a snapshot of its own.
 *
 * @param snapshots the databases
 * @param executor runs the target's reads; the calling thread runs the source's. At least as many
 *     threads as callers
 */
public record BothSides(Snapshots snapshots, Executor executor) {

  /** The same, to read rows of this table. */
  public BothSides of(TablePair table) {
    return new BothSides(snapshots.of(table), executor);
  }

  /** What each side answered. */
  public record Answers<T>(T source, T target) {}

  /** The same question in the words of each side. */
  public interface Question<T> {
    T ask(Side side, Connection connection) throws SQLException;
  }

  /**
   * Both answers; throws the first {@link SideReadException} if there is any, after both sides have
   * ended.
   */
  public <T> Answers<T> ask(Question<T> question) {
    CompletableFuture<T> target =
        CompletableFuture.supplyAsync(
            () -> snapshots.on(Side.TARGET, c -> question.ask(Side.TARGET, c)), executor);
    T source;
    try {
      source = snapshots.on(Side.SOURCE, c -> question.ask(Side.SOURCE, c));
    } catch (SideReadException e) {
      target.handle((answer, failure) -> answer).join();
      throw e;
    }
    try {
      return new Answers<>(source, target.join());
    } catch (CompletionException e) {
      if (e.getCause() instanceof SideReadException failure) {
        throw failure;
      }
      throw e;
    } catch (CancellationException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }
}
