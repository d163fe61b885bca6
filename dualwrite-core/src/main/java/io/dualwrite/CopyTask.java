package io.dualwrite;

import io.dualwrite.journal.Journal;
import io.dualwrite.journal.JournalEntry;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One copy of one key, in the key's turn among the live writes of this process.
 *
 * <p>Towards other processes it goes by the journal: it announces itself with an entry of its own,
 * takes only entries that nobody is at work on, and afterwards removes them only if nobody else
 * came to the key meanwhile. Otherwise one stays due, for a copy when it is quiet.
 */
final class CopyTask implements KeyedExecutor.Task {

  /** How a copy ended. */
  enum Outcome {
    /** Nothing of the key is left in the journal, but what others are at work on. */
    DONE,
    /** Others came to the key meanwhile: copy it again. */
    AGAIN,
    /** It could not be begun now. */
    LATER,
    /** It failed. */
    FAILED
  }

  /** What came of a copy, and why it failed, without values. */
  record Result(String key, Outcome outcome, @Nullable String failure) {}

  private final String writer;
  private final String key;
  private final PhaseReader phases;
  private final SecondaryStore secondary;
  private final Recovery<?> recovery;
  private final DualWriteMetrics metrics;
  private final Consumer<Result> report;

  CopyTask(
      String writer,
      String key,
      PhaseReader phases,
      SecondaryStore secondary,
      Recovery<?> recovery,
      DualWriteMetrics metrics,
      Consumer<Result> report) {
    this.writer = writer;
    this.key = key;
    this.phases = phases;
    this.secondary = secondary;
    this.recovery = recovery;
    this.metrics = metrics;
    this.report = report;
  }

  @Override
  public void run() {
    Result result = failed("the journal failed");
    try {
      result = perform();
    } catch (RuntimeException e) {
      result = failed("the journal failed: " + e.getClass().getName());
    } finally {
      report.accept(result);
    }
  }

  @Override
  public void refused() {
    report.accept(later());
  }

  private Result perform() {
    Phase phase = phases.effective();
    if (!phase.isDual()) {
      return later();
    }
    JournalEntry own = recovery.begin(key, phase.primary());
    Result[] result = {failed("the journal failed")};
    recovery.end(own, () -> result[0] = perform(own, phase));
    return result[0];
  }

  private Result perform(JournalEntry own, Phase phase) {
    Journal journal = recovery.journal();
    List<JournalEntry> due = new ArrayList<>();
    if (!collect(own, due)) {
      journal.withdraw(own);
      return later();
    }
    if (due.isEmpty()) {
      journal.withdraw(own);
      return done();
    }
    if (due.stream().anyMatch(entry -> entry.primary() != phase.primary())) {
      journal.withdraw(own);
      return failed("the roles were swapped before it was copied");
    }
    if (!secondary.admits()) {
      journal.withdraw(own);
      return later();
    }
    Ending ending = new Ending();
    secondary
        .attempt(
            () -> {
              recovery.copy(key, phase.primary());
              return own;
            },
            () -> phases.allows(phase.secondary()),
            ending)
        .run();
    if (!ending.succeeded) {
      journal.withdraw(own);
      return ending.wasTried() ? failed(ending.verdict.describe()) : later();
    }
    metrics.delivered(writer, 1);
    metrics.deliveryLag(due.get(0).age());
    return conclude(own, due);
  }

  /** Collects the entries that nobody is at work on; false if somebody is at work on one. */
  private boolean collect(JournalEntry own, List<JournalEntry> due) {
    boolean quiet = true;
    for (JournalEntry each : recovery.journal().entriesOf(key)) {
      if (each.id() == own.id()) {
        continue;
      }
      if (each.due()) {
        due.add(each);
      } else if (each.isAbandoned(recovery.takeOverAfter()) && !recovery.isAtWork(each)) {
        recovery.journal().takeOver(each).ifPresent(due::add);
      } else {
        quiet = false;
      }
    }
    return quiet;
  }

  private Result conclude(JournalEntry own, List<JournalEntry> due) {
    Journal journal = recovery.journal();
    Set<Long> present = new HashSet<>();
    journal.entriesOf(key).forEach(entry -> present.add(entry.id()));
    boolean undisturbed = present.remove(own.id());
    due.forEach(entry -> present.remove(entry.id()));
    if (undisturbed && present.isEmpty()) {
      List<JournalEntry> all = new ArrayList<>(due);
      all.add(own);
      journal.remove(all);
      return done();
    }
    journal.remove(due.subList(1, due.size()));
    journal.withdraw(own);
    return new Result(key, Outcome.AGAIN, null);
  }

  private Result done() {
    return new Result(key, Outcome.DONE, null);
  }

  private Result later() {
    return new Result(key, Outcome.LATER, null);
  }

  private Result failed(String why) {
    return new Result(key, Outcome.FAILED, why);
  }

  private static final class Ending implements Attempt.Observer {
    volatile Verdict verdict = Verdict.SUCCESS;
    volatile boolean succeeded;

    @Override
    public void decided(Verdict verdict) {
      this.verdict = verdict;
    }

    @Override
    public void ended(boolean succeeded) {
      this.succeeded = succeeded;
    }

    boolean wasTried() {
      return verdict.isSuccess() || !verdict.requireReason().isUntried();
    }
  }
}
