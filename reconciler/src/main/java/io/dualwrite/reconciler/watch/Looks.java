package io.dualwrite.reconciler.watch;

import io.dualwrite.reconciler.compare.Comparison;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a watch asks of the two databases. Every method may throw {@link CannotLookException}. */
public interface Looks extends AutoCloseable {

  /**
   * A table that is to be compared.
   *
   * @param name its identity
   * @param timed whether it has a time column, so that a part of it can be looked at
   * @param problem why it cannot be compared, if that is so
   */
  record WatchedTable(String name, boolean timed, Optional<String> problem) {}

  /**
   * How the migration stands.
   *
   * @param phase its phase
   * @param killSwitch whether the kill switch is engaged
   * @param pending entries of the journal that wait for delivery
   * @param oldestSeconds age of the oldest
   * @param setAside entries that could not be delivered
   * @param gaps times of writes to one side alone that nobody has reconciled
   * @param writers applications that are alive
   */
  record Migration(
      String phase,
      boolean killSwitch,
      long pending,
      double oldestSeconds,
      long setAside,
      int gaps,
      int writers) {}

  /**
   * The beginning of a table that earlier comparisons have found equal.
   *
   * @param first where its rows begin
   * @param upTo where that part ends, exclusive
   * @param at when the part of it looked at longest ago was looked at
   * @param grows whether rows there never change
   */
  record Known(Instant first, Instant upTo, Instant at, boolean grows) {}

  /** Names both databases: no longer the same once a server has started anew or is another. */
  String servers();

  /** What is known before anything is looked at, by table. */
  Map<String, Known> known();

  /** The tables as they are configured and there at this moment. */
  List<WatchedTable> tables();

  /** How the migration stands; empty before {@code init}. */
  Optional<Migration> migration();

  /**
   * Compares these tables within a range of their time columns; an end that is empty is open.
   *
   * @param withoutTime whether the rows without a time are compared as well
   * @param keep whether what is found equal moves the watermark that the target keeps
   */
  Comparison compare(
      List<String> tables,
      Optional<Instant> from,
      Optional<Instant> to,
      boolean withoutTime,
      boolean keep);

  /** Closes the connections. */
  @Override
  void close();
}
