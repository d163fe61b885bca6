package io.dualwrite.reconciler.backfill.file;

import io.dualwrite.Side;
import io.dualwrite.jdbc.schema.TablePair;
import io.dualwrite.reconciler.backfill.BackfillProgress;
import io.dualwrite.reconciler.backfill.RewrittenTargetException;
import io.dualwrite.reconciler.backfill.file.FileBackfillPlan.PlannedFile;
import io.dualwrite.reconciler.checksum.Checksum;
import io.dualwrite.reconciler.checksum.ComparedTable;
import io.dualwrite.reconciler.compare.Comparer.Mirrored;
import io.dualwrite.reconciler.compare.LaneLocks;
import io.dualwrite.reconciler.compare.Outage;
import io.dualwrite.reconciler.compare.Snapshots;
import io.dualwrite.reconciler.load.Throttle;
import io.dualwrite.reconciler.state.StateAccess;
import io.dualwrite.reconciler.state.Stores;
import io.dualwrite.reconciler.window.SideReadException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Loads records of files into the target while dual writes go on.
 *
 * @param databases both sides
 * @param locks the lanes' locks on the target
 * @param checksum how keys are written is its concern
 * @param migration its name
 * @param schema the control schema
 * @param options what is loaded, and how
 * @param throttle keeps it within its limits
 * @param progress is told how it goes on
 * @param clock tells how long it took
 */
public record FileBackfiller(
    Snapshots databases,
    LaneLocks locks,
    Checksum checksum,
    String migration,
    String schema,
    FileBackfillOptions options,
    Throttle throttle,
    BackfillProgress progress,
    Clock clock) {
  /** So many characters of records are held in memory. */
  private static final long CHARACTERS = 4_000_000;

  /** Whether runs of that command are loads of files. */
  public static boolean isLoad(String command) {
    return command.startsWith(LoadState.COMMAND);
  }

  /**
   * Loads the files into the table.
   *
   * @param notes what was found before
   * @throws IllegalArgumentException if files or options do not fit; nothing was changed
   * @throws FileReadException if the files cannot be read; nothing was changed
   * @throws FileLoadBusyException while another process loads files into the table
   */
  public FileBackfill load(Mirrored table, List<String> notes) {
    Instant startedAt = clock.instant();
    Optional<String> missing = databases.on(Side.TARGET, c -> StateAccess.problem(c, schema));
    if (missing.isPresent()) {
      throw new IllegalArgumentException(
          "backfill keeps in the target what is done, and " + missing.get() + ".");
    }
    String name = table.table().name().toString();
    AtomicLong longest = new AtomicLong();
    List<String> all = new ArrayList<>(notes);
    try (Engine engine = Engine.open()) {
      FileSet files = FileSet.of(engine, table.table(), options);
      if (!options.resume()) {
        files.requireWhole(0);
      }
      try (LoadState state =
          LoadState.open(databases, Stores.of(schema, migration), files, options, table.table())) {
        all.addAll(state.notes());
        long before = state.mark().counts().records();
        progress.begin(name, files.records().orElse(-1));
        progress.advance(name, before);
        Optional<String> problem = loadAll(files, table, state, longest);
        progress.end(name);
        if (problem.isEmpty()) {
          state.end("done");
        }
        Mark mark = state.mark();
        return new FileBackfill(
            migration,
            state.run(),
            state.resumed(),
            startedAt,
            Duration.between(startedAt, clock.instant()),
            name,
            files.files().stream().map(f -> f.file().shown()).toList(),
            options.absent(),
            mark.counts(),
            before,
            mark.setAsideBytes() > 0 ? Optional.of(state.setAside().path()) : Optional.empty(),
            mark.reasons(),
            problem,
            Duration.ofMillis(longest.get()),
            all);
      }
    }
  }

  /** Why it stopped, if it did. */
  private Optional<String> loadAll(
      FileSet files, Mirrored table, LoadState state, AtomicLong longest) {
    Outage outage = new Outage(databases);
    try {
      if (options.resume()) {
        files.requireWhole(state.mark().file());
      }
      while (state.mark().file() < files.files().size()) {
        load(files, files.files().get(state.mark().file()), table, state, longest);
      }
      return Optional.empty();
    } catch (SideReadException e) {
      return Optional.of(outage.problem(e));
    } catch (FileReadException | RewrittenTargetException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private void load(
      FileSet files, FileSet.Mapped mapped, Mirrored table, LoadState state, AtomicLong longest) {
    ComparedTable compared = new ComparedTable(table.table(), checksum, Side.SOURCE);
    BatchCopy copy =
        new BatchCopy(
            locks,
            table.lane(),
            compared,
            mapped.columns(),
            options.absent(),
            held -> longest.accumulateAndGet(held.toMillis(), Math::max));
    String name = table.table().name().toString();
    try (RecordCursor cursor = files.open(mapped)) {
      cursor.skip(state.mark().record());
      List<FileRecord> batch = cursor.next(options.batchRows(), CHARACTERS);
      while (!batch.isEmpty()) {
        try (Throttle.Turn turn = throttle.turn()) {
          turn.rows(batch.size());
          new Batch(mapped.file(), batch, state).copy(copy);
        }
        progress.advance(name, batch.size());
        batch = cursor.next(options.batchRows(), CHARACTERS);
      }
      files.requireUnchanged(mapped);
      long before = state.mark().counts().bad();
      state.keep(() -> setAside(mapped.file(), cursor, state).nextFile());
      progress.advance(name, state.mark().counts().bad() - before);
    }
  }

  private static Mark setAside(SourceFile file, RecordCursor cursor, LoadState state) {
    List<String> reasons = new ArrayList<>();
    cursor.unreadable(
        line -> {
          state.setAside().add(file, line);
          reasons.add(line.reason());
        });
    Counts bad = new Counts(0, 0, 0, 0, 0, reasons.size());
    return state.mark().plus(0, state.setAside().force(), bad, reasons);
  }

  /** A batch under way, with the mark that is kept with it. */
  private static final class Batch implements BatchCopy.Ledger {
    private final SourceFile file;
    private final List<FileRecord> records;
    private final LoadState state;
    private Mark next;

    Batch(SourceFile file, List<FileRecord> records, LoadState state) {
      this.file = file;
      this.records = records;
      this.state = state;
      this.next = state.mark();
    }

    void copy(BatchCopy copy) {
      copy.copy(records, this);
      state.kept(next);
    }

    @Override
    public void forget() {
      state.setAside().forget();
    }

    @Override
    public void keep(Connection target, BatchResult result) throws SQLException {
      state.hold(target);
      result.bad().forEach(b -> state.setAside().add(file, records.get(b.index()), b));
      next =
          state
              .mark()
              .plus(
                  records.size(),
                  state.setAside().force(),
                  result.counts(),
                  result.bad().stream().map(Bad::kind).toList());
      state.keep(target, next);
    }
  }

  /** What a load would do; the files are read through. Nothing is changed. */
  public static FileBackfillPlan plan(
      TablePair table, FileBackfillOptions options, List<String> notes) {
    try (Engine engine = Engine.open()) {
      FileSet files = FileSet.of(engine, table, options);
      files.requireWhole(0);
      List<PlannedFile> planned = new ArrayList<>();
      for (FileSet.Mapped each : files.files()) {
        List<String> loaded = each.columns().stream().map(FileColumn::name).toList();
        planned.add(
            new PlannedFile(
                each.file().shown(),
                each.file().format(),
                each.file().size(),
                files.reading().count(each.file(), each.names().size()),
                each.columns().stream().map(FileBackfiller::shown).toList(),
                each.names().stream().filter(n -> !loaded.contains(n)).toList()));
      }
      return new FileBackfillPlan(
          table.name().toString(), planned, options.absent(), options.setAsideFile(), notes);
    }
  }

  private static String shown(FileColumn column) {
    String table = column.pair().target().name();
    return column.name().equals(table) ? table : column.name() + " → " + table;
  }
}
