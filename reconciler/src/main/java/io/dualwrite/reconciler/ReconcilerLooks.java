package io.dualwrite.reconciler;

import io.dualwrite.Side;
import io.dualwrite.jdbc.schema.Column;
import io.dualwrite.jdbc.schema.TablePair;
import io.dualwrite.reconciler.checksum.ChecksumException;
import io.dualwrite.reconciler.compare.CompareOptions;
import io.dualwrite.reconciler.compare.Comparison;
import io.dualwrite.reconciler.watch.CannotLookException;
import io.dualwrite.reconciler.watch.Looks;
import io.dualwrite.reconciler.window.SideReadException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** A reconciler as a watch asks it. */
final class ReconcilerLooks implements Looks {
  private static final List<String> TIMES = List.of("date", "timestamp", "timestamptz");

  private final Reconciler reconciler;
  private final CompareOptions options;
  private final Runnable closing;

  /** Closes by {@code closing}. */
  ReconcilerLooks(Reconciler reconciler, CompareOptions options, Runnable closing) {
    this.reconciler = reconciler;
    this.options = options;
    this.closing = closing;
  }

  /** Does it, and tells what keeps it from being done in one way. */
  static <T> T asked(Supplier<T> work) {
    try {
      return work.get();
    } catch (SideReadException e) {
      throw new CannotLookException(e.problem(), e);
    } catch (ReconcilerException | ChecksumException | IllegalArgumentException e) {
      throw new CannotLookException(String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  public List<WatchedTable> tables() {
    return asked(
        () -> {
          Scene scene = reconciler.scene(options);
          return Stream.concat(
                  scene.tables().stream()
                      .map(
                          t ->
                              new WatchedTable(
                                  t.table().name().toString(), timed(t.table()), Optional.empty())),
                  scene.refused().stream()
                      .map(r -> new WatchedTable(r.table(), false, Optional.of(r.explanation()))))
              .toList();
        });
  }

  /** As the windows see it: by the types of both sides. */
  private static boolean timed(TablePair pair) {
    return pair.timeColumn().isPresent()
        && Stream.of(Side.values())
            .map(side -> pair.timeColumn().get().on(side))
            .map(Column::baseType)
            .allMatch(TIMES::contains);
  }

  @Override
  public Optional<Migration> migration() {
    return asked(
        () -> {
          MigrationStatus status = reconciler.status();
          return status.initialised()
              ? Optional.of(
                  new Migration(
                      status.phase().name(),
                      status.killSwitch(),
                      status.journal().pending(),
                      status.journal().oldest().toMillis() / 1000.0,
                      status.journal().setAside(),
                      status.gaps().size(),
                      (int) status.instances().stream().filter(i -> i.alive()).count()))
              : Optional.empty();
        });
  }

  @Override
  public String servers() {
    return asked(reconciler::servers);
  }

  @Override
  public Map<String, Known> known() {
    return asked(() -> reconciler.known(options));
  }

  @Override
  public Comparison compare(
      List<String> tables,
      Optional<Instant> from,
      Optional<Instant> to,
      boolean withoutTime,
      boolean keep) {
    return asked(
        () ->
            reconciler.look(
                options
                    .tables(tables)
                    .range(from.map(Instant::toString), to.map(Instant::toString))
                    .withoutTime(withoutTime),
                keep));
  }

  @Override
  public void close() {
    closing.run();
  }
}
