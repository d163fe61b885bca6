package io.dualwrite.reconciler.window;

import io.dualwrite.Side;
import io.dualwrite.reconciler.checksum.ComparedTable;
import io.dualwrite.reconciler.window.Chunk.SideSql;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Turns a kept plan into chunks again, without the windows that need no more look. */
final class PlannedParts {
  private final ComparedTable table;
  private final TimeRange range;
  private final List<Window> windows;
  private final Set<Integer> finished;
  private final List<Part> parts = new ArrayList<>();

  PlannedParts(ComparedTable table, TimeRange range, PlanText plan, Set<Integer> finished) {
    this.table = table;
    this.range = plan.range(range);
    this.windows = plan.windows();
    this.finished = finished;
    int first = 0;
    for (List<Window> chunk : plan.chunks()) {
      add(first, first + chunk.size());
      first += chunk.size();
    }
  }

  List<Part> parts() {
    return parts;
  }

  private void add(int from, int to) {
    switch (windows.get(from).kind()) {
      case TIME, KEY -> addRanges(from, to);
      case NULL_TIME -> addWhole(from, to, Chunk.nulls(column(Window.Kind.TIME)));
      case BUCKET -> addWhole(from, to, Chunk.buckets(to - from, hash()));
      case ALL -> addWhole(from, to, Chunk.all(windows.get(from)));
    }
  }

  /** One query reads all of these whatever is left of them. */
  private void addWhole(int from, int to, Chunk chunk) {
    for (int w = from; w < to; w++) {
      if (!finished.contains(w)) {
        parts.add(new Part(chunk, from));
        return;
      }
    }
  }

  /** Neighbours that are left stay together. */
  private void addRanges(int from, int to) {
    int start = from;
    while (start < to) {
      while (start < to && finished.contains(start)) {
        start++;
      }
      int end = start;
      while (end < to && !finished.contains(end)) {
        end++;
      }
      if (end > start) {
        parts.add(new Part(ranges(start, end), start));
      }
      start = end;
    }
  }

  private Chunk ranges(int from, int to) {
    Window.Kind kind = windows.get(from).kind();
    List<String> inner = new ArrayList<>();
    for (int w = from + 1; w < to; w++) {
      inner.add(bound(w).orElseThrow());
    }
    boolean first = from == 0;
    boolean last = to == windows.size() || windows.get(to).kind() != kind;
    Optional<String> lower = first ? end(kind, range.from()) : bound(from);
    Optional<String> upper = last ? end(kind, range.to()) : bound(to);
    return column(kind).chunk(List.copyOf(windows.subList(from, to)), lower, inner, upper);
  }

  private static Optional<String> end(Window.Kind kind, Optional<Instant> time) {
    return kind == Window.Kind.TIME ? time.map(PgTime::sql) : Optional.empty();
  }

  /** Where a window begins, for the databases. */
  private Optional<String> bound(int number) {
    Window window = windows.get(number);
    Optional<String> from = Optional.ofNullable(window.from());
    return window.kind() == Window.Kind.TIME ? from.map(Instant::parse).map(PgTime::sql) : from;
  }

  private WindowColumn column(Window.Kind kind) {
    return kind == Window.Kind.TIME
        ? WindowColumn.of(table.pair().timeColumn().orElseThrow()).orElseThrow()
        : WindowColumn.of(table.pair().key().get(0)).orElseThrow().ofKey();
  }

  private SideSql hash() {
    return new SideSql(table.keyHash(Side.SOURCE), table.keyHash(Side.TARGET));
  }
}
