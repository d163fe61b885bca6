package io.dualwrite.reconciler.backfill;

import io.dualwrite.Side;
import io.dualwrite.reconciler.checksum.ComparedTable;
import io.dualwrite.reconciler.compare.ChunkLook;
import io.dualwrite.reconciler.window.Chunk;
import io.dualwrite.reconciler.window.Window;
import java.util.concurrent.Executor;

/** The looks at a span on both sides. */
record SpanLook(ComparedTable table, Cuts cuts, Executor reads) {

  /** The window that keeps it. */
  Window window(Span span) {
    if (span.kind() == Span.Kind.NULLS) {
      return new Window(Window.Kind.NULL_TIME, null, null, span.label());
    }
    return cuts.columns().isEmpty()
        ? Window.all()
        : new Window(
            cuts.byTime() ? Window.Kind.TIME : Window.Kind.KEY,
            span.from().map(Bounds::text).orElse(null),
            span.to().map(Bounds::text).orElse(null),
            span.label());
  }

  /** Both sides by the same condition. */
  ChunkLook of(Span span) {
    return of(span, cuts.condition(Side.TARGET, span));
  }

  /** The target by another. */
  ChunkLook of(Span span, String target) {
    return new ChunkLook(
        table,
        Chunk.of(window(span), new Chunk.SideSql(cuts.condition(Side.SOURCE, span), target)),
        reads);
  }
}
