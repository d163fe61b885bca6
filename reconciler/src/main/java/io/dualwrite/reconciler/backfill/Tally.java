package io.dualwrite.reconciler.backfill;

import io.dualwrite.reconciler.compare.ChunkLook.Sums;
import io.dualwrite.reconciler.compare.Verdict;
import java.util.ArrayList;
import java.util.List;

/** Counts what is found of rows that are not the same on both sides. Used by one thread. */
final class Tally {
  private static final int LISTED = 20;

  private long pending;
  private long changed;
  private long extra;
  private long refused;
  private final List<String> problems = new ArrayList<>();

  void add(Verdict verdict) {
    if (verdict instanceof Verdict.Pending) {
      pending++;
    } else if (verdict instanceof Verdict.Differs differs) {
      switch (differs.kind()) {
        case CHANGED -> changed++;
        case EXTRA -> extra++;
        case MISSING -> refused++;
      }
    }
  }

  void add(Tally other) {
    pending += other.pending;
    changed += other.changed;
    extra += other.extra;
    refused += other.refused;
    other.problems.forEach(this::list);
  }

  void refused(String problem) {
    refused++;
    list(problem);
  }

  private void list(String problem) {
    if (problems.size() < LISTED) {
      problems.add(problem);
    }
  }

  SpanResult result(Sums sums, long copied) {
    return new SpanResult(sums, copied, pending, changed, extra, refused, problems);
  }
}
