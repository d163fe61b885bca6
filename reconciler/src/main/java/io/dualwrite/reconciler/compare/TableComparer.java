package io.dualwrite.reconciler.compare;

import io.dualwrite.Side;
import io.dualwrite.jdbc.copy.RowKey;
import io.dualwrite.jdbc.schema.ColumnPair;
import io.dualwrite.jdbc.schema.Lane;
import io.dualwrite.reconciler.checksum.ComparedTable;
import io.dualwrite.reconciler.state.KeptDifference;
import io.dualwrite.reconciler.state.KeptWindow;
import io.dualwrite.reconciler.window.Chunk;
import io.dualwrite.reconciler.window.SideReadException;
import io.dualwrite.reconciler.window.Window;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Compares one table, chunk by chunk, from several threads. */
final class TableComparer {
  private static final int PAGE = 20_000;

  private final ComparedTable table;
  private final Drilldown drilldown;
  private final Settler settler;
  private final Side primary;
  private final TableTally tally = new TableTally();
  private final TableKeeping keeping;
  private final Queue<LaterLook> later = new ConcurrentLinkedQueue<>();

  TableComparer(BothSides sides, LaneLocks locks, ComparedTable table, Lane lane, Keeping keeping) {
    this.keeping = keeping.table(table);
    this.table = table;
    this.primary = locks.context().primary();
    this.drilldown = new Drilldown(sides, table, primary.other());
    this.settler = new Settler(locks, table, lane);
  }

  /** A window with rows that wait for delivery. */
  private record LaterLook(
      Chunk chunk, int first, Drilldown.Sums sums, int window, WindowFindings findings) {}

  ComparedTable table() {
    return table;
  }

  TableTally tally() {
    return tally;
  }

  TableKeeping keeping() {
    return keeping;
  }

  /** Takes over the results of windows that were finished before an interruption. */
  void restore(List<KeptWindow> finished) {
    for (KeptWindow window : finished) {
      List<Difference> differences =
          window.differences().stream().map(d -> difference(d, window.window())).toList();
      tally.put(window.number(), KeptResults.result(window), differences);
      tally.spend(differences.size());
      window.differences().stream()
          .filter(d -> d.kind().equals(Difference.Kind.CHANGED.name()) || d.rows() > 1)
          .forEach(d -> tally.firstMeeting(d.identity()));
      if (!window.listed()) {
        tally.cut();
      }
    }
  }

  private Difference difference(KeptDifference kept, Window window) {
    Difference.Kind kind = Difference.Kind.valueOf(kept.kind());
    return kept.key().isEmpty()
        ? Difference.ofRange(kind, kept.rows(), window)
        : Difference.ofRows(
            kind, names(new RowKey(kept.key())), kept.columns(), window, kept.rows());
  }

  /** Whether some windows wait for deliveries. */
  boolean isWaiting() {
    return !later.isEmpty();
  }

  /**
   * Compares a chunk whose first window has the number {@code first} in the table; the rows read.
   */
  long compare(Chunk chunk, int first) {
    Drilldown.Sums sums = drilldown.sums(chunk);
    List<KeptWindow> done = new ArrayList<>();
    long rows = 0;
    for (int w = 0; w < chunk.windows().size(); w++) {
      rows += sums.rows(w);
      if (sums.equal(w)) {
        WindowResult equal =
            WindowResult.equal(
                chunk.windows().get(w), sums.source(w).rows(), sums.target(w).rows());
        tally.put(first + w, equal, List.of());
        done.add(KeptResults.of(first + w, equal, sums.source(w), sums.target(w)));
      }
    }
    if (!sums.differing().isEmpty()) {
      Map<Integer, WindowFindings> findings =
          table.hasKey() ? byKey(chunk, sums) : byCopies(chunk, sums);
      findings.forEach((w, found) -> done.add(record(new LaterLook(chunk, first, sums, w, found))));
    }
    keeping.done(done);
    return rows;
  }

  /** The windows of a chunk could not be read. */
  void failed(Chunk chunk, int first, String problem) {
    List<KeptWindow> failed = new ArrayList<>();
    for (int w = 0; w < chunk.windows().size(); w++) {
      WindowResult result =
          WindowResult.without(chunk.windows().get(w), WindowResult.Status.FAILED, problem);
      tally.put(first + w, result, List.of());
      failed.add(KeptResults.failed(first + w, result));
    }
    keeping.done(failed);
  }

  /** Looks again at the windows that wait for deliveries. */
  void lookAgain(Outage outage) {
    List<LaterLook> looks = new ArrayList<>();
    for (LaterLook look = later.poll(); look != null; look = later.poll()) {
      looks.add(look);
    }
    for (LaterLook look : looks) {
      try {
        outage.throwIfDown();
        WindowFindings findings = look.findings();
        if (table.hasKey()) {
          List<Candidate> pending = List.copyOf(findings.pending);
          findings.pending.clear();
          findings.tablePending = false;
          sort(look.chunk(), pending, Map.of(look.window(), findings));
          settleRest(look.chunk(), Map.of(look.window(), findings));
        } else {
          findings.differences.clear();
          findings.kept.clear();
          findings.tablePending = false;
          copies(look.chunk(), Map.of(look.window(), findings));
        }
        keeping.done(List.of(record(look)));
      } catch (SideReadException e) {
        Window window = look.chunk().windows().get(look.window());
        tally.put(
            look.first() + look.window(),
            WindowResult.without(window, WindowResult.Status.FAILED, outage.problem(e)),
            List.of());
      }
    }
  }

  private KeptWindow record(LaterLook look) {
    Drilldown.Sums last = look.findings().counted.orElse(look.sums());
    WindowSum source = last.source(look.window());
    WindowSum target = last.target(look.window());
    Window window = look.chunk().windows().get(look.window());
    WindowResult result =
        look.findings()
            .result(window, source, target, (primary == Side.SOURCE ? source : target).rows());
    tally.put(look.first() + look.window(), result, List.copyOf(look.findings().differences));
    if (!look.findings().pending.isEmpty() || look.findings().tablePending) {
      later.add(look);
    }
    return KeptResults.of(look.first() + look.window(), result, source, target, look.findings());
  }

  private Map<Integer, WindowFindings> findings(Drilldown.Sums sums) {
    Map<Integer, WindowFindings> findings = new TreeMap<>();
    sums.differing().forEach(w -> findings.put(w.intValue(), new WindowFindings()));
    return findings;
  }

  private Map<Integer, WindowFindings> byKey(Chunk chunk, Drilldown.Sums sums) {
    Map<Integer, WindowFindings> findings = findings(sums);
    if (tally.allowance() == 0) {
      countOnly(sums, findings);
      return findings;
    }
    Drilldown.Place place = drilldown.narrow(chunk, sums);
    OptionalLong after = OptionalLong.empty();
    do {
      RowMerge.Page page = drilldown.page(chunk, place, after, Math.min(PAGE, tally.allowance()));
      page.unkeyed().forEach(w -> Objects.requireNonNull(findings.get(w)).unkeyed = true);
      tally.spend(sort(chunk, page.candidates(), findings));
      after = page.next();
    } while (after.isPresent() && tally.allowance() > 0);
    if (after.isPresent()) {
      countOnly(sums, findings);
    }
    settleRest(chunk, findings);
    return findings;
  }

  /** What looks at rows by their keys cannot tell. */
  private void settleRest(Chunk chunk, Map<Integer, WindowFindings> findings) {
    List<Integer> unkeyed =
        findings.entrySet().stream()
            .filter(e -> e.getValue().unkeyed)
            .map(Map.Entry::getKey)
            .toList();
    if (!unkeyed.isEmpty()) {
      Settler.Copies copies = settler.unkeyed(chunk, unkeyed);
      copies.surplus().forEach(s -> unkeyed(chunk, findings, s, copies.pending()));
    }
    boolean doubtful = findings.values().stream().anyMatch(f -> f.several && f.isEqual());
    if (doubtful) {
      Optional<Drilldown.Sums> sums = settler.sums(chunk);
      findings.forEach(
          (w, found) -> {
            if (found.several && found.isEqual()) {
              recounted(found, w, sums);
            }
          });
    }
  }

  private void unkeyed(
      Chunk chunk,
      Map<Integer, WindowFindings> findings,
      RowMerge.Surplus surplus,
      boolean pending) {
    WindowFindings found = Objects.requireNonNull(findings.get(surplus.window()));
    if (pending) {
      found.tablePending = true;
    } else {
      found.unkeyed = false;
      add(found, surplus, chunk.windows().get(surplus.window()));
    }
  }

  private void recounted(WindowFindings found, int window, Optional<Drilldown.Sums> counted) {
    if (counted.isEmpty()) {
      found.tablePending = true;
      return;
    }
    Drilldown.Sums sums = counted.get();
    found.counted = counted;
    long surplus = sums.source(window).rows() - sums.target(window).rows();
    found.missingByCount = Math.max(0, surplus);
    found.extraByCount = Math.max(0, -surplus);
    found.countedElsewhere = surplus == 0 && table.isExact() && !sums.equal(window);
    if (!found.isEqual()) {
      found.cut = true;
      tally.cut();
    }
  }

  /** Too many rows differ to look at each: what is not listed is taken from the counts. */
  private void countOnly(Drilldown.Sums sums, Map<Integer, WindowFindings> findings) {
    tally.cut();
    findings.forEach(
        (w, found) -> {
          long missing = count(found, Difference.Kind.MISSING);
          long extra = count(found, Difference.Kind.EXTRA);
          long surplus = sums.source(w).rows() - sums.target(w).rows() - (missing - extra);
          found.missingByCount = Math.max(0, surplus);
          found.extraByCount = Math.max(0, -surplus);
          // Equal counts and differing checksums: at least one row has changed, whichever it is.
          found.countedElsewhere = true;
          found.cut = true;
        });
  }

  private static long count(WindowFindings findings, Difference.Kind kind) {
    return findings.differences.stream()
        .filter(d -> d.kind() == kind)
        .mapToLong(Difference::rows)
        .sum();
  }

  /**
   * Looks at each candidate under the lock and files it under its window; how many are not the same
   * after all.
   */
  private int sort(Chunk chunk, List<Candidate> candidates, Map<Integer, WindowFindings> findings) {
    List<Verdict> verdicts = settler.settle(candidates);
    int kept = 0;
    for (int i = 0; i < candidates.size(); i++) {
      Candidate candidate = candidates.get(i);
      WindowFindings found = findings.get(candidate.window());
      if (found == null) {
        throw new IllegalStateException("a row of a window that was not asked for");
      }
      Verdict verdict = verdicts.get(i);
      kept += verdict instanceof Verdict.Same ? 0 : 1;
      found.several |= candidate.several();
      if (verdict instanceof Verdict.Pending) {
        found.pending.add(candidate);
      } else if (verdict instanceof Verdict.Differs differs) {
        // Its rows may be in several windows.
        boolean moved = candidate.oneSided() && differs.kind() == Difference.Kind.CHANGED;
        if ((moved || differs.several()) && !tally.firstMeeting(candidate.identity())) {
          found.countedElsewhere = true;
        } else {
          Window window = chunk.windows().get(candidate.window());
          found.differences.add(
              Difference.ofRows(
                  differs.kind(),
                  names(candidate.key()),
                  differs.columns(),
                  window,
                  differs.rows()));
          found.kept.add(
              new KeptDifference(
                  differs.kind().name(),
                  candidate.key().values(),
                  candidate.identity(),
                  differs.columns(),
                  differs.rows()));
        }
      }
    }
    return kept;
  }

  private Map<Integer, WindowFindings> byCopies(Chunk chunk, Drilldown.Sums sums) {
    Map<Integer, WindowFindings> findings = findings(sums);
    copies(chunk, findings);
    return findings;
  }

  private void copies(Chunk chunk, Map<Integer, WindowFindings> findings) {
    Settler.Copies copies = settler.copies(chunk, findings.keySet());
    if (copies.pending() && !copies.surplus().isEmpty()) {
      findings.values().forEach(f -> f.tablePending = true);
      return;
    }
    for (RowMerge.Surplus surplus : copies.surplus()) {
      WindowFindings found = findings.get(surplus.window());
      if (found == null) {
        throw new IllegalStateException("a row of a window that was not asked for");
      }
      add(found, surplus, chunk.windows().get(surplus.window()));
    }
  }

  private static void add(WindowFindings found, RowMerge.Surplus surplus, Window window) {
    if (surplus.missing() > 0) {
      add(found, Difference.ofRange(Difference.Kind.MISSING, surplus.missing(), window));
    }
    if (surplus.extra() > 0) {
      add(found, Difference.ofRange(Difference.Kind.EXTRA, surplus.extra(), window));
    }
  }

  private static void add(WindowFindings found, Difference rows) {
    found.differences.add(rows);
    found.kept.add(
        new KeptDifference(rows.kind().name(), List.of(), List.of(), List.of(), rows.rows()));
  }

  private Map<String, String> names(RowKey key) {
    Map<String, String> names = new LinkedHashMap<>();
    List<ColumnPair> columns = table.pair().key();
    for (int i = 0; i < columns.size(); i++) {
      String text = key.values().get(i);
      boolean instant = columns.get(i).on(primary).baseType().equals("timestamptz");
      names.put(
          columns.get(i).source().name(), instant ? text.replaceFirst("\\+00:00$", "Z") : text);
    }
    return names;
  }
}
