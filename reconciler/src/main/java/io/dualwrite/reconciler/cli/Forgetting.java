package io.dualwrite.reconciler.cli;

import io.dualwrite.reconciler.Databases;
import io.dualwrite.reconciler.compare.Comparison;
import io.dualwrite.reconciler.watch.Looks;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes its databases off the list of those to cancel when it is closed, and passes on what could
 * not be kept.
 */
record Forgetting(
    Looks looks,
    AtomicReference<@Nullable Databases> opened,
    Interruption interruption,
    Consumer<String> notes)
    implements Looks {

  @Override
  public List<WatchedTable> tables() {
    return looks.tables();
  }

  @Override
  public String servers() {
    return looks.servers();
  }

  @Override
  public Map<String, Known> known() {
    return looks.known();
  }

  @Override
  public Optional<Migration> migration() {
    return looks.migration();
  }

  @Override
  public Comparison compare(
      List<String> tables,
      Optional<Instant> from,
      Optional<Instant> to,
      boolean withoutTime,
      boolean keep) {
    Comparison comparison = looks.compare(tables, from, to, withoutTime, keep);
    comparison.kept().notes().forEach(notes);
    return comparison;
  }

  @Override
  public void close() {
    Databases databases = opened.getAndSet(null);
    if (databases != null) {
      interruption.forgets(databases);
    }
    looks.close();
  }
}
