package io.dualwrite;

import static java.util.Objects.requireNonNull;

import io.dualwrite.journal.InMemoryJournal;
import io.dualwrite.journal.Journal;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Configures a {@link DualWriter}. */
public final class DualWriterBuilder {
  private static final int IN_MEMORY_ENTRIES = 10_000;

  final String name;
  private @Nullable Supplier<Phase> phase;
  KillSwitch killSwitch = KillSwitch.never();
  FailurePolicy failurePolicy = FailurePolicy.RECOVER;
  Delivery delivery = Delivery.ASYNC;
  SecondarySettings secondary = SecondarySettings.defaults();
  RetrySettings retry = RetrySettings.defaults();
  int secondaryThreads = 8;
  int secondaryQueue = 1_000;
  private @Nullable Journal journal;
  private @Nullable CopierSetting<?> copier;
  private Duration takeOverAfter = Duration.ofMinutes(1);
  Duration replayInterval = Duration.ofSeconds(1);
  @Nullable Compensation compensation;
  MissedWriteListener missedWrites = (operation, key, reason) -> {};
  @Nullable MeterRegistry meterRegistry;
  double shadowSampleRate;
  int shadowThreads = 2;
  int shadowQueue = 100;
  DoubleSupplier random = () -> ThreadLocalRandom.current().nextDouble();
  ShadowComparator shadowComparator = ShadowComparator.equality();
  MismatchListener mismatches = mismatch -> {};

  DualWriterBuilder(String name) {
    this.name = Settings.notBlank("name", name);
  }

  /** The phase, for the life of the writer. */
  public DualWriterBuilder phase(Phase phase) {
    requireNonNull(phase, "phase");
    return phase(() -> phase);
  }

  /** The phase, asked once per call: must answer from memory and not throw. */
  public DualWriterBuilder phase(Supplier<Phase> phase) {
    this.phase = requireNonNull(phase, "phase");
    return this;
  }

  /**
   * The kill switch, polled every 500 ms; a {@link KillSwitchMonitor} is taken as it is and stays
   * the caller's. By default there is none.
   */
  public DualWriterBuilder killSwitch(KillSwitch killSwitch) {
    this.killSwitch = requireNonNull(killSwitch, "killSwitch");
    return this;
  }

  /**
   * What a write does when the secondary fails; {@code RECOVER} by default, which needs a journal
   * and a copier.
   */
  public DualWriterBuilder failurePolicy(FailurePolicy failurePolicy) {
    this.failurePolicy = requireNonNull(failurePolicy, "failurePolicy");
    return this;
  }

  /**
   * When a write under {@code RECOVER} or {@code BEST_EFFORT} returns: at once ({@code ASYNC}, the
   * default; the second call is then made after it returned, so what it writes must not be changed
   * by then), or when the secondary has answered, at most after its time limit ({@code SYNC}).
   * {@code STRICT} always waits.
   */
  public DualWriterBuilder delivery(Delivery delivery) {
    this.delivery = requireNonNull(delivery, "delivery");
    return this;
  }

  /** The secondary's time limit and circuit breaker. */
  public DualWriterBuilder secondary(SecondarySettings secondary) {
    this.secondary = requireNonNull(secondary, "secondary");
    return this;
  }

  /** How live writes and copies to the secondary are repeated. */
  public DualWriterBuilder retry(RetrySettings retry) {
    this.retry = requireNonNull(retry, "retry");
    return this;
  }

  /**
   * How many calls of the secondary run at a time (8 by default), and how many may wait or run
   * (1,000 by default).
   */
  public DualWriterBuilder secondaryCalls(int atATime, int waiting) {
    this.secondaryThreads = Settings.between("secondary calls at a time", 1, 1_000, atATime);
    this.secondaryQueue = Settings.between("secondary calls waiting", atATime, 1_000_000, waiting);
    return this;
  }

  /**
   * Where the keys are kept that the secondary may not have right; for this writer alone. Needs a
   * copier.
   */
  public DualWriterBuilder journal(Journal journal) {
    this.journal = requireNonNull(journal, "journal");
    return this;
  }

  /**
   * How a key is brought to the secondary later, for keys of {@code String}, {@code Integer},
   * {@code Long} and {@code UUID}.
   */
  public <K> DualWriterBuilder copier(Class<K> keys, Copier<K> copier) {
    return copier(KeyFormat.of(keys), copier);
  }

  /** How a key is brought to the secondary later. */
  public <K> DualWriterBuilder copier(KeyFormat<K> keys, Copier<K> copier) {
    this.copier = new CopierSetting<>(keys, copier);
    return this;
  }

  /** How often the journal is looked at for what other processes left, 1 s by default. */
  public DualWriterBuilder replayInterval(Duration replayInterval) {
    this.replayInterval = Settings.positive("replay interval", replayInterval);
    return this;
  }

  /**
   * The age from which a journal entry is taken for a dead process's, 1 min by default. Must be
   * longer than any write takes on both sides: a process that stops for longer between its journal
   * entry and its write, and then dies right after the write, loses it.
   */
  public DualWriterBuilder takeOverAfter(Duration takeOverAfter) {
    this.takeOverAfter = Settings.positive("take-over age", takeOverAfter);
    return this;
  }

  /** Takes back from the primary what the secondary did not take under {@code STRICT}. */
  public DualWriterBuilder compensation(Compensation compensation) {
    this.compensation = requireNonNull(compensation, "compensation");
    return this;
  }

  /** Is told of each write that the secondary may lack and that no journal remembers. */
  public DualWriterBuilder onMissedWrite(MissedWriteListener listener) {
    this.missedWrites = requireNonNull(listener, "listener");
    return this;
  }

  /** Where it is measured; by default nowhere. The tag {@code migration} is the writer's name. */
  public DualWriterBuilder meterRegistry(@Nullable MeterRegistry meterRegistry) {
    this.meterRegistry = meterRegistry;
    return this;
  }

  /** The share of reads that are repeated on the secondary, 0 (the default) to 1. */
  public DualWriterBuilder shadowReads(double sampleRate) {
    this.shadowSampleRate = Settings.between("shadow-reads.sample-rate", 0, 1, sampleRate);
    return this;
  }

  /**
   * How many shadow reads run at a time (2 by default) and how many more may wait (100 by default).
   */
  public DualWriterBuilder shadowCalls(int atATime, int waiting) {
    this.shadowThreads = Settings.between("shadow reads at a time", 1, 1_000, atATime);
    this.shadowQueue = Settings.between("shadow reads waiting", 1, 1_000_000, waiting);
    return this;
  }

  /** How the answers of shadow reads are compared; by default with {@code equals}. */
  public DualWriterBuilder shadowComparator(ShadowComparator comparator) {
    this.shadowComparator = requireNonNull(comparator, "comparator");
    return this;
  }

  /** Is told of shadow reads that gave another answer. */
  public DualWriterBuilder onMismatch(MismatchListener listener) {
    this.mismatches = requireNonNull(listener, "listener");
    return this;
  }

  DualWriterBuilder random(DoubleSupplier random) {
    this.random = random;
    return this;
  }

  /**
   * The writer, with its background work begun.
   *
   * @throws IllegalArgumentException if something is missing; the message says what
   * @throws IllegalStateException if the kill switch cannot be read
   */
  public DualWriter build() {
    if (phase == null) {
      throw missing("a phase", "phase(...)");
    }
    if (journal != null && copier == null) {
      throw missing("a copier for its journal", "copier(...)");
    }
    if (failurePolicy == FailurePolicy.RECOVER && (journal == null || copier == null)) {
      throw missing("a journal and a copier for RECOVER", "journal(...).copier(...)");
    }
    if (takeOverAfter.compareTo(secondary.timeout()) <= 0) {
      throw new IllegalArgumentException(
          "%s: take-over age must be longer than secondary.timeout (%s), was %s"
              .formatted(
                  name, Durations.print(secondary.timeout()), Durations.print(takeOverAfter)));
    }
    return new DualWriter(this, phase);
  }

  @Nullable Recovery<?> recovery() {
    if (copier == null) {
      return null;
    }
    Journal kept = journal == null ? new InMemoryJournal(IN_MEMORY_ENTRIES) : journal;
    return copier.recovery(name, kept, takeOverAfter);
  }

  private IllegalArgumentException missing(String what, String call) {
    return new IllegalArgumentException(name + " needs " + what + ": builder." + call);
  }

  private record CopierSetting<K>(KeyFormat<K> keys, Copier<K> copier) {
    CopierSetting {
      requireNonNull(keys, "keys");
      requireNonNull(copier, "copier");
    }

    Recovery<K> recovery(String writer, Journal journal, Duration takeOverAfter) {
      return new Recovery<>(writer, journal, keys, copier, takeOverAfter);
    }
  }
}
