package io.dualwrite.reconciler.window;

import io.dualwrite.Durations;
import io.dualwrite.Side;
import io.dualwrite.jdbc.schema.TablePair;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.LongStream;

/** Windows of one length over a time column, aligned to it, where either side has rows. */
final class TimeWindows {
  private static final DateTimeFormatter MINUTES =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm", java.util.Locale.ROOT)
          .withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("uuuu-MM-dd", java.util.Locale.ROOT).withZone(ZoneOffset.UTC);

  /** In windows of fewer rows it costs as much to look into the index as to number the rows. */
  private static final long ROWS_PER_RANGE = 500;

  /** The last second of which a timestamp can be, since 1970. */
  private static final long LAST_SECOND = 9_224_318_015_999L;

  /** A query that looks into so many indexes takes no time to plan. */
  private static final long MOST_LOOKS = 2_000;

  private final TablePair tables;
  private final WindowColumn column;
  private final WindowSize size;
  private final TimeRange range;
  private final long rowsPerChunk;

  TimeWindows(
      TablePair tables, WindowColumn column, WindowSize size, TimeRange range, long rowsPerChunk) {
    this.rowsPerChunk = rowsPerChunk;
    this.tables = tables;
    this.column = column;
    this.size = size;
    this.range = range;
  }

  /** The seconds since 1970 of the first and last finite time. */
  private record Extent(long first, long last) {
    Extent plus(Extent other) {
      return new Extent(Math.min(first, other.first), Math.max(last, other.last));
    }
  }

  WindowPlan plan(
      Connection source, Connection target, TableFacts sourceFacts, TableFacts targetFacts) {
    Optional<Extent> s = WindowPlanner.read(Side.SOURCE, () -> extent(source, Side.SOURCE));
    Optional<Extent> t = WindowPlanner.read(Side.TARGET, () -> extent(target, Side.TARGET));
    Extent extent = s.map(e -> t.map(e::plus).orElse(e)).or(() -> t).orElseGet(this::nothing);
    long rows = Math.max(sourceFacts.rows(), targetFacts.rows());
    boolean indexed = WindowPlanner.indexed(column, sourceFacts, targetFacts);
    List<String> notes = new ArrayList<>();

    long seconds =
        size.seconds(extent.last() - extent.first(), rows, rowsPerChunk, column.wholeDays());
    long first = Math.floorDiv(extent.first(), seconds);
    long count = Math.floorDiv(extent.last(), seconds) - first + 1;
    long[] starts;
    if (count <= Math.max(2_000, Math.min(rows / 50, WindowPlanner.MAX_WINDOWS))) {
      starts = LongStream.range(first, first + count).toArray();
    } else {
      SortedSet<Long> filled = filled(source, Side.SOURCE, sourceFacts, seconds);
      filled.addAll(filled(target, Side.TARGET, targetFacts, seconds));
      if (filled.size() > WindowPlanner.MAX_WINDOWS) {
        long longer =
            seconds * ((count + WindowPlanner.MAX_WINDOWS - 1) / WindowPlanner.MAX_WINDOWS);
        notes.add(
            "windows of "
                + Durations.print(Duration.ofSeconds(seconds))
                + " would be more than "
                + WindowPlanner.MAX_WINDOWS
                + ": they are "
                + Durations.print(Duration.ofSeconds(longer))
                + " long");
        seconds = longer;
        first = Math.floorDiv(extent.first(), seconds);
        starts = LongStream.rangeClosed(first, Math.floorDiv(extent.last(), seconds)).toArray();
      } else {
        starts = filled.stream().mapToLong(Long::longValue).toArray();
      }
    }
    int perChunk =
        indexed ? WindowPlanner.windowsPerChunk(rows, starts.length, rowsPerChunk) : starts.length;
    int relations = Math.max(sourceFacts.relations(), targetFacts.relations());
    boolean ranges =
        indexed
            && rows / Math.max(1, starts.length) >= ROWS_PER_RANGE
            && (long) perChunk * relations <= MOST_LOOKS;
    return new WindowPlan(chunks(starts, seconds, perChunk, ranges), notes);
  }

  /** Where there are no rows, one window still looks that there are none. */
  private Extent nothing() {
    long start = range.from().map(Instant::getEpochSecond).orElse(0L);
    return new Extent(start, start);
  }

  private List<Chunk> chunks(long[] starts, long seconds, int perChunk, boolean ranges) {
    List<Chunk> chunks = new ArrayList<>();
    for (int from = 0; from < starts.length; from += perChunk) {
      int to = Math.min(starts.length, from + perChunk);
      List<Window> windows = new ArrayList<>(to - from);
      List<String> inner = new ArrayList<>(to - from);
      for (int i = from; i < to; i++) {
        windows.add(window(starts[i] * seconds, seconds));
        if (i > from) {
          inner.add(sql(starts[i] * seconds));
        }
      }
      Optional<String> lower =
          from == 0 ? range.from().map(PgTime::sql) : Optional.of(sql(starts[from] * seconds));
      Optional<String> upper =
          to == starts.length
              ? range.to().map(PgTime::sql)
              : Optional.of(sql(starts[to] * seconds));
      chunks.add(
          ranges
              ? column.chunkOfRanges(windows, lower, inner, upper)
              : column.chunk(windows, lower, inner, upper));
    }
    if (range.withoutTime() && column.nullable()) {
      chunks.add(Chunk.nulls(column));
    }
    return chunks;
  }

  private Window window(long start, long seconds) {
    Instant from = Instant.ofEpochSecond(start);
    Instant to = from.plusSeconds(seconds);
    String label = (seconds % 86_400 == 0 ? DAY : MINUTES).format(from);
    return new Window(Window.Kind.TIME, from.toString(), to.toString(), label);
  }

  private static String sql(long seconds) {
    return PgTime.sql(Instant.ofEpochSecond(seconds));
  }

  private String finite(Side side) {
    String within =
        column.between(side, range.from().map(PgTime::sql), range.to().map(PgTime::sql));
    String c = column.pair().on(side).sql();
    return c + " > '-infinity' and " + c + " < 'infinity' and " + within;
  }

  private Optional<Extent> extent(Connection connection, Side side) throws SQLException {
    String sql =
        "select "
            + second("min(c)")
            + ", "
            + second("max(c)")
            + " from (select "
            + column.pair().on(side).sql()
            + " as c from "
            + table(side)
            + " where "
            + finite(side)
            + ") t";
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      result.next();
      long first = result.getLong(1);
      return result.wasNull()
          ? Optional.empty()
          : Optional.of(new Extent(first, result.getLong(2)));
    }
  }

  /** Of the last second, PostgreSQL rounds up what is left of it. */
  private static String second(String time) {
    String since = "floor(extract(epoch from " + time + "))";
    return "case when "
        + since
        + " > "
        + LAST_SECOND
        + " then "
        + LAST_SECOND
        + " else "
        + since
        + " end";
  }

  /** The numbers of the windows that have rows, one more than allowed at the most. */
  private SortedSet<Long> filled(Connection connection, Side side, TableFacts facts, long seconds) {
    String c = column.pair().on(side).sql();
    // Whole seconds first: the quotient of a fraction of a second may be rounded up.
    String number = "floor((" + second(c) + ") / " + seconds + ")::int8";
    String rows = " from " + table(side) + " where " + finite(side);
    String limit = " limit " + (WindowPlanner.MAX_WINDOWS + 1);
    // By a product of numbers: one of intervals overflows long before the last time there is.
    String next =
        "to_timestamp(least((dualwrite_walk.n + 1) * "
            + seconds
            + "::float8, "
            + LAST_SECOND
            + "))::"
            + column.pair().on(side).baseType();
    // One probe of the index per window that has rows, however many rows and however many windows
    // without. Inside the walk its names stand beside the table's own.
    String probes =
        "with recursive dualwrite_walk(n) as ((select "
            + number
            + rows
            + " order by "
            + c
            + " limit 1) union all select (select "
            + number
            + rows
            + " and "
            + c
            + " >= "
            + next
            + " and "
            + number
            + " > dualwrite_walk.n order by "
            + c
            + " limit 1) from dualwrite_walk where dualwrite_walk.n is not null)"
            + " select n from dualwrite_walk where n is not null"
            + limit;
    String scan = "select distinct " + number + rows + limit;
    boolean indexed = facts.indexed().contains(column.pair().on(side).name());
    return WindowPlanner.read(side, () -> numbers(connection, indexed ? probes : scan));
  }

  private static SortedSet<Long> numbers(Connection connection, String sql) throws SQLException {
    SortedSet<Long> numbers = new TreeSet<>();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      while (result.next()) {
        numbers.add(result.getLong(1));
      }
    }
    return numbers;
  }

  private String table(Side side) {
    return tables.on(side).name().sql();
  }
}
