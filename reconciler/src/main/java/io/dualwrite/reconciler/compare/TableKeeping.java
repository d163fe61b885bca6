package io.dualwrite.reconciler.compare;

import io.dualwrite.Side;
import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.reconciler.checksum.ComparedTable;
import io.dualwrite.reconciler.compare.NotReadAgain.Reason;
import io.dualwrite.reconciler.state.KeptRun;
import io.dualwrite.reconciler.state.KeptWindow;
import io.dualwrite.reconciler.state.Run;
import io.dualwrite.reconciler.state.RunWindows;
import io.dualwrite.reconciler.state.TableRun;
import io.dualwrite.reconciler.state.Watermark;
import io.dualwrite.reconciler.window.PlanText;
import io.dualwrite.reconciler.window.SideReadException;
import io.dualwrite.reconciler.window.TimeRange;
import io.dualwrite.reconciler.window.Window;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Keeps what is found in one table, or done to it, in one pass. */
public final class TableKeeping {
  private static final String TAKEN_BACK =
      "a difference was found meanwhile in what was verified before";

  private final Keeping keeping;
  private final String step;
  private final ComparedTable table;
  private final String name;
  private final String shape;
  private final List<String> notes = new ArrayList<>();
  private final List<NotReadAgain> notReadAgain = new ArrayList<>();
  private @Nullable PlanText plan;
  private @Nullable CompletableFuture<TableRun> kept;
  private Optional<Watermark> watermark = Optional.empty();
  private Optional<Instant> beganAt = Optional.empty();
  private Instant lookedSince = Instant.EPOCH;
  private final List<KeptWindow> corrected = Collections.synchronizedList(new ArrayList<>());

  TableKeeping(Keeping keeping, String step, ComparedTable table) {
    this.keeping = keeping;
    this.step = step;
    this.table = table;
    this.name = table.pair().name().toString();
    this.shape = TableShape.ofRun(table);
  }

  /**
   * What an interrupted pass has left.
   *
   * @param plan the table's windows
   * @param finished those that need no more work
   * @param all those that something is known of
   */
  public record Left(PlanText plan, List<KeptWindow> finished, List<KeptWindow> all) {
    /** The numbers of the finished windows. */
    public Set<Integer> numbers() {
      return finished.stream().map(KeptWindow::number).collect(Collectors.toSet());
    }
  }

  List<String> notes() {
    return notes;
  }

  List<NotReadAgain> notReadAgain() {
    return notReadAgain;
  }

  /** What there is to go on with; empty: the table is taken up from its beginning. */
  public Optional<Left> left() {
    Optional<TableRun> earlier =
        keeping
            .run()
            .map(r -> r.run())
            .filter(r -> r.resumes() > 0 && !keeping.isAnew())
            .flatMap(r -> keeping.use((c, s) -> s.tables().find(c, r, step, name)))
            .flatMap(found -> found);
    if (earlier.isEmpty()) {
      return Optional.empty();
    }
    if (!earlier.get().shape().equals(shape)) {
      notes.add(
          "compared from its beginning: the table, its settings or the checksum are not what they were before the interruption");
      return Optional.empty();
    }
    TableRun run = earlier.get();
    look();
    if (PlanText.read(run.plan()).after().filter(a -> !reaches(watermark, a)).isPresent()) {
      notes.add("compared anew: " + TAKEN_BACK);
      return Optional.empty();
    }
    return keeping.use((c, s) -> left(run, s.windows().of(c, run), s.windows().span(c, run)));
  }

  private static List<KeptWindow> finished(TableRun run, List<KeptWindow> windows) {
    List<KeptWindow> finished = windows.stream().filter(w -> w.result().isFinished()).toList();
    // One query reads all buckets, whatever is left of them.
    boolean buckets = finished.stream().anyMatch(w -> w.window().kind() == Window.Kind.BUCKET);
    return buckets && finished.size() < run.windows() ? List.of() : finished;
  }

  private Left left(TableRun run, List<KeptWindow> all, Optional<RunWindows.Span> span) {
    List<KeptWindow> finished = finished(run, all);
    kept = CompletableFuture.completedFuture(run);
    plan = PlanText.read(run.plan());
    span.filter(s -> !finished.isEmpty())
        .ifPresent(
            s ->
                notReadAgain.add(
                    new NotReadAgain(
                        Reason.RESUMED,
                        OptionalLong.of(finished.size()),
                        OptionalLong.of(finished.stream().mapToLong(KeptWindow::sourceRows).sum()),
                        Optional.empty(),
                        s.first(),
                        s.last())));
    plan.after().ifPresent(this::skips);
    return new Left(plan, finished, all);
  }

  /**
   * The time before which nothing needs to be read again, because the table only grows and was
   * found equal.
   *
   * @param oldestPending since when rows that are still on their way have been written
   */
  Optional<Instant> verified(Supplier<Optional<Instant>> oldestPending) {
    look();
    if (!keeping.scope().skipsVerified() || !table.pair().appendOnly()) {
      return Optional.empty();
    }
    Optional<Instant> upTo = watermark.flatMap(Watermark::upTo).map(Instant::parse);
    return upTo.map(
        time -> earlier(earlier(time, keeping.scope().unsafeSince()), oldestPending.get()));
  }

  private Instant earlier(Instant time, Optional<Instant> unsafe) {
    return unsafe
        .map(u -> u.minus(keeping.scope().lateness()))
        .filter(u -> u.isBefore(time))
        .orElse(time);
  }

  /** What was verified before, and when this began. */
  private void look() {
    beganAt =
        keeping.use(
            (c, s) -> {
              watermark = s.watermarks().of(c, name).filter(this::means);
              return s.watermarks().now(c);
            });
  }

  private static boolean reaches(Optional<Watermark> verified, Instant time) {
    return verified
        .flatMap(Watermark::upTo)
        .map(Instant::parse)
        .filter(upTo -> !upTo.isBefore(time))
        .isPresent();
  }

  /**
   * What was left out as verified and is so no more: somebody else found a difference there after
   * this had begun. Empty where it still is.
   */
  Optional<WindowResult> takenBack() {
    Optional<Instant> after = plan == null || isAgain() ? Optional.empty() : plan.after();
    return after.flatMap(
        time ->
            whyTakenBack(time)
                .map(
                    why ->
                        WindowResult.without(
                            new Window(Window.Kind.TIME, null, time.toString(), "before " + time),
                            WindowResult.Status.FAILED,
                            why)));
  }

  private Optional<String> whyTakenBack(Instant after) {
    try {
      Optional<Optional<Watermark>> now = keeping.apart((c, s) -> s.watermarks().settled(c, name));
      return now.map(w -> w.filter(this::means)).filter(w -> !reaches(w, after)).isPresent()
          ? Optional.of(TAKEN_BACK + ": compare again")
          : Optional.empty();
    } catch (SQLException e) {
      return Optional.of(
          "whether what was verified before still is cannot be read: target: "
              + Failures.describe(e));
    }
  }

  private boolean means(Watermark other) {
    return other.kind() == Window.Kind.TIME && other.shape().equals(TableShape.ofMeaning(table));
  }

  private void skips(Instant after) {
    boolean exactly =
        watermark.flatMap(Watermark::upTo).map(Instant::parse).filter(after::equals).isPresent();
    watermark.ifPresent(
        w ->
            notReadAgain.add(
                new NotReadAgain(
                    Reason.APPEND_ONLY,
                    exactly ? w.windows() : OptionalLong.empty(),
                    exactly ? w.rows() : OptionalLong.empty(),
                    Optional.of(after.toString()),
                    w.firstAt(),
                    w.lastAt())));
  }

  /** Nothing is kept but that windows of this plan differ. */
  public void goesBy(PlanText text) {
    plan = text;
  }

  /** The table is taken up with this plan. */
  public void begin(PlanText text) {
    plan = text;
    text.after().ifPresent(this::skips);
    Optional<KeptRun> run = keeping.run();
    if (run.isPresent()) {
      Run held = run.get().run();
      kept =
          run.get()
              .begin(
                  (c, s) ->
                      s.tables()
                          .begin(
                              c,
                              held,
                              step,
                              name,
                              shape,
                              table.checksum().label(),
                              text.write(),
                              text.windows().size(),
                              beganAt));
    }
  }

  /**
   * The windows to be looked at again, where that is all that is wanted.
   *
   * @throws SideReadException if what is kept cannot be read
   */
  Optional<Again.Left> again() {
    if (keeping.again().isEmpty()) {
      return Optional.empty();
    }
    Optional<Again.Left> left;
    try {
      left = keeping.again().get().of(table);
    } catch (SQLException e) {
      throw new SideReadException(Side.TARGET, e);
    }
    if (left.isPresent()) {
      kept = CompletableFuture.completedFuture(left.get().run());
      plan = left.get().plan();
      lookedSince = left.get().at();
      long equal = left.get().run().windows() - left.get().windows().size();
      left.get()
          .span()
          .ifPresent(
              s ->
                  notReadAgain.add(
                      new NotReadAgain(
                          Reason.EQUAL_BEFORE,
                          OptionalLong.of(equal),
                          OptionalLong.empty(),
                          Optional.empty(),
                          s.first(),
                          s.last())));
    }
    return left;
  }

  /** Whether only windows that were not equal are wanted. */
  boolean isAgain() {
    return keeping.again().isPresent();
  }

  /** These windows have a result. */
  public void done(List<KeptWindow> windows) {
    windows.stream()
        .filter(w -> w.result() == KeptWindow.Result.DIFFERS)
        .min(Comparator.comparing(KeptWindow::number))
        .ifPresent(w -> differs(w.number(), w.window()));
    CompletableFuture<TableRun> here = kept;
    if (isAgain()) {
      corrected.addAll(windows);
    } else if (here != null) {
      keeping.run().ifPresent(r -> r.done(here, windows));
    }
  }

  /**
   * Keeps these windows in the caller's transaction on the target.
   *
   * @throws SQLException if that fails, or the run is another process' by now: roll back
   */
  public void mark(Connection target, List<KeptWindow> windows) throws SQLException {
    Optional<TableRun> here = kept();
    if (here.isPresent() && keeping.run().isPresent()) {
      keeping.run().orElseThrow().mark(target, here.get(), windows);
    }
  }

  /** The table's part of the run, once it is there; empty if it cannot be kept. */
  private Optional<TableRun> kept() {
    CompletableFuture<TableRun> here = kept;
    return here == null
        ? Optional.empty()
        : here.handle((table, failure) -> Optional.ofNullable(table)).join();
  }

  /**
   * The table differs in this window of the plan, and maybe in later ones: what was verified from
   * there on is so no more, from now on and whatever becomes of this run.
   */
  public void differs(int number, Window window) {
    PlanText text = plan;
    if (text != null && window.kind() != Window.Kind.NULL_TIME) {
      Window.Kind kind = VerifiedRanges.kind(text.windows());
      Optional<String> beginning =
          text.after()
              .or(text::from)
              .filter(time -> kind == Window.Kind.TIME)
              .map(Instant::toString);
      lower(kind, number == 0 ? beginning : Optional.ofNullable(window.from()));
    }
  }

  /** The table differs, it is not known where. */
  public void differs() {
    lower(Window.Kind.ALL, Optional.empty());
  }

  private void lower(Window.Kind kind, Optional<String> from) {
    String meaning = TableShape.ofMeaning(table);
    boolean leftOut = table.pair().appendOnly();
    keeping.lower(
        name,
        (c, s) -> {
          s.watermarks().lower(c, name, meaning, kind, from);
          return true;
        },
        (c, s) ->
            leftOut
                && s.watermarks()
                    .of(c, name)
                    .filter(this::means)
                    .filter(w -> w.reachesBeyond(kind, from))
                    .isPresent());
  }

  /** Every window has a result. */
  void end(Map<Integer, WindowResult> results, TimeRange range) {
    Optional<TableRun> begun = kept();
    PlanText text = plan;
    if (begun.isEmpty() || text == null || (isAgain() && !keeping.corrects())) {
      return;
    }
    TableRun here = begun.get();
    Instant closed = keeping.scope().closed(here.run().startedAt());
    VerifiedRanges ranges =
        VerifiedRanges.of(
            text.windows(),
            results,
            text.after().or(text::from).or(range::from),
            TimeRange.end(table.pair(), text.to().or(range::to)),
            closed);
    boolean looked =
        results.values().stream().noneMatch(r -> r.status() == WindowResult.Status.FAILED);
    keeping.use(
        (c, s) -> {
          s.watermarks()
              .looked(
                  c,
                  name,
                  TableShape.ofMeaning(table),
                  ranges.kind(),
                  ranges.looked(),
                  isAgain() ? lookedSince : here.beganAt());
          if (isAgain()) {
            s.windows().correct(c, here, corrected);
          } else if (looked) {
            s.tables().end(c, here);
          }
          return true;
        });
  }
}
