package io.dualwrite.reconciler.window;

import io.dualwrite.Side;
import io.dualwrite.jdbc.schema.TablePair;
import io.dualwrite.reconciler.checksum.ComparedTable;
import io.dualwrite.reconciler.window.Chunk.SideSql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Cuts a table into windows after a look at both sides.
 *
 * <p>By ranges of the time column where there is one; else by ranges of the key's first column,
 * where it is a number or a uuid with an index on both sides; else by shares of the keys' hashes,
 * or of the whole rows' where there is no key. A table that one query reads quickly is one window.
 */
public final class WindowPlanner {
  /** Rows that one query reads in well under a second on nearly every server. */
  static final long ROWS_PER_CHUNK = 50_000;

  /** So many windows are planned one by one at the most; beyond, they become longer. */
  static final int MAX_WINDOWS = 50_000;

  private static final int WINDOWS_PER_CHUNK = 500;

  private final WindowSize size;
  private final Optional<String> from;
  private final Optional<String> to;
  private final Optional<Instant> after;
  private final boolean withoutTime;
  private final OptionalLong rowsPerQuery;

  /**
   * Plans windows of that size; {@code from} and {@code to} limit them to a part of the time
   * column.
   */
  public WindowPlanner(WindowSize size, Optional<String> from, Optional<String> to) {
    this(size, from, to, Optional.empty(), false, OptionalLong.empty());
  }

  private WindowPlanner(
      WindowSize size,
      Optional<String> from,
      Optional<String> to,
      Optional<Instant> after,
      boolean withoutTime,
      OptionalLong rowsPerQuery) {
    this.size = size;
    this.from = from;
    this.to = to;
    this.after = after;
    this.withoutTime = withoutTime;
    this.rowsPerQuery = rowsPerQuery;
  }

  /** The same with so many rows in a query, however quickly the servers read them. */
  public WindowPlanner rowsPerQuery(long rows) {
    return new WindowPlanner(size, from, to, after, withoutTime, OptionalLong.of(rows));
  }

  /** The same without what lies before {@code time} by the time column. */
  public WindowPlanner after(Optional<Instant> time) {
    return new WindowPlanner(size, from, to, time, withoutTime, rowsPerQuery);
  }

  /** The same with the rows without a time, whatever part of the time column it is. */
  public WindowPlanner withoutTime(boolean included) {
    return new WindowPlanner(size, from, to, after, included, rowsPerQuery);
  }

  /** The plan in a form that can be kept, with the part of the table that it is of. */
  public PlanText text(WindowPlan plan) {
    return PlanText.of(plan, after).within(TimeRange.of(from, to));
  }

  /** What is left of a plan made earlier, with the same ends: the windows that are not finished. */
  public List<Part> rest(ComparedTable table, PlanText plan, Set<Integer> finished) {
    return new PlannedParts(table, TimeRange.of(from, to), plan, finished).parts();
  }

  /**
   * The plan for a table. Reads on both connections, within their running transactions.
   *
   * @throws SideReadException naming the side that could not be read
   */
  public WindowPlan plan(ComparedTable table, Connection source, Connection target) {
    TablePair pair = table.pair();
    Optional<WindowColumn> time =
        pair.timeColumn()
            .flatMap(WindowColumn::of)
            .filter(c -> c.family() == WindowColumn.Family.TIME);
    TableFacts sourceFacts = read(Side.SOURCE, () -> facts(source, pair, time, Side.SOURCE));
    TableFacts targetFacts = read(Side.TARGET, () -> facts(target, pair, time, Side.TARGET));
    long rows = Math.max(sourceFacts.rows(), targetFacts.rows());
    long perChunk =
        rowsPerQuery.isPresent()
            ? rowsPerQuery.getAsLong()
            : new ReadRate(table).rowsPerQuery(source, target, rows);
    if (time.isPresent()) {
      return new TimeWindows(pair, time.get(), size, range(), perChunk)
          .plan(source, target, sourceFacts, targetFacts);
    }
    if (rows <= perChunk) {
      return new WindowPlan(List.of(Chunk.all(Window.all())), notes());
    }
    Optional<WindowColumn> key =
        pair.key().stream()
            .findFirst()
            .flatMap(WindowColumn::of)
            .filter(c -> indexed(c, sourceFacts, targetFacts));
    if (key.isPresent()) {
      boolean sourceLarger = sourceFacts.rows() >= targetFacts.rows();
      KeyWindows windows =
          new KeyWindows(pair, key.get(), sourceLarger ? Side.SOURCE : Side.TARGET, perChunk);
      return new WindowPlan(windows.plan(sourceLarger ? source : target), notes());
    }
    int buckets = Integer.highestOneBit((int) Math.min(2048, rows / ROWS_PER_CHUNK)) * 2;
    SideSql hash = new SideSql(table.keyHash(Side.SOURCE), table.keyHash(Side.TARGET));
    return new WindowPlan(List.of(Chunk.buckets(buckets, hash)), notes());
  }

  /** With the rows of the part that is looked at, where that is not the whole table. */
  private TableFacts facts(
      Connection connection, TablePair pair, Optional<WindowColumn> time, Side side)
      throws SQLException {
    TableFacts facts = TableFacts.read(connection, pair.on(side));
    TimeRange range = range();
    if (time.isEmpty() || (range.from().isEmpty() && range.to().isEmpty())) {
      return facts;
    }
    String part =
        time.get().between(side, range.from().map(PgTime::sql), range.to().map(PgTime::sql));
    return facts.within(connection, pair.on(side), part);
  }

  private TimeRange range() {
    TimeRange part = TimeRange.of(from, to);
    TimeRange range = withoutTime ? new TimeRange(part.from(), part.to(), true) : part;
    return after.map(range::after).orElse(range);
  }

  private List<String> notes() {
    return from.isPresent() || to.isPresent()
        ? List.of("has no time column: compared whole, whatever --from and --to say")
        : List.of();
  }

  static boolean indexed(WindowColumn column, TableFacts source, TableFacts target) {
    return source.indexed().contains(column.pair().source().name())
        && target.indexed().contains(column.pair().target().name());
  }

  /** How many neighbouring windows one query reads. */
  static int windowsPerChunk(long rows, int windows, long rowsPerChunk) {
    long rowsPerWindow = Math.max(1, rows / Math.max(1, windows));
    return (int) Math.max(1, Math.min(WINDOWS_PER_CHUNK, rowsPerChunk / rowsPerWindow));
  }

  static <T> T read(Side side, Read<T> read) {
    try {
      return read.run();
    } catch (SQLException e) {
      throw new SideReadException(side, e);
    }
  }

  interface Read<T> {
    T run() throws SQLException;
  }
}
