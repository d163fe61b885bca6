package io.dualwrite;

import io.dualwrite.journal.InMemoryJournal;
import io.dualwrite.journal.Journal;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;

/** Two stores, a journal in memory and what a writer tells about itself. */
abstract class WriterFixture {
  final Store source = new Store();
  final Store target = new Store();
  final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  final InMemoryJournal journal = new InMemoryJournal(1000);
  final ManualKillSwitch killSwitch = KillSwitch.manual();
  final AtomicReference<Phase> phase = new AtomicReference<>(Phase.SOURCE_PRIMARY);
  final List<String> missed = new CopyOnWriteArrayList<>();
  private final List<DualWriter> writers = new ArrayList<>();

  @AfterEach
  void closeWriters() {
    writers.forEach(DualWriter::close);
  }

  /** Without journal and copier. */
  DualWriterBuilder plain(FailurePolicy policy) {
    return DualWriter.builder("orders")
        .phase(phase::get)
        .killSwitch(killSwitch)
        .failurePolicy(policy)
        .retry(new RetrySettings(1, Duration.ofMillis(5), Duration.ofMillis(20)))
        .replayInterval(Duration.ofMillis(20))
        .meterRegistry(registry)
        .onMissedWrite(
            (operation, key, reason) -> missed.add(operation + " " + key + " " + reason));
  }

  DualWriterBuilder journaled(FailurePolicy policy) {
    return journaled(policy, journal);
  }

  DualWriterBuilder journaled(FailurePolicy policy, Journal where) {
    return plain(policy).journal(where).copier(Long.class, Store.copier(source, target));
  }

  /** Closed after the test. */
  DualWriter open(DualWriterBuilder builder) {
    DualWriter writer = builder.build();
    writers.add(writer);
    return writer;
  }

  String save(DualWriter writer, long key, String value) {
    return writer.write("save", key, () -> source.put(key, value), () -> target.put(key, value));
  }

  double failures(String reason) {
    var counter =
        registry
            .find("dualwrite.secondary.failures")
            .tags("table", "orders", "reason", reason)
            .counter();
    return counter == null ? 0 : counter.count();
  }

  long writes(Side side, String outcome) {
    var timer =
        registry
            .find("dualwrite.writes")
            .tags("table", "orders", "operation", "save", "side", side.label(), "outcome", outcome)
            .timer();
    return timer == null ? 0 : timer.count();
  }
}
