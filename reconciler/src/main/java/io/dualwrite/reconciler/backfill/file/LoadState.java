package io.dualwrite.reconciler.backfill.file;

import io.dualwrite.Side;
import io.dualwrite.jdbc.schema.TablePair;
import io.dualwrite.reconciler.backfill.RewrittenTargetException;
import io.dualwrite.reconciler.backfill.Storage;
import io.dualwrite.reconciler.compare.Snapshots;
import io.dualwrite.reconciler.state.KeptRun;
import io.dualwrite.reconciler.state.Run;
import io.dualwrite.reconciler.state.RunDesk;
import io.dualwrite.reconciler.state.RunTables;
import io.dualwrite.reconciler.state.Stores;
import io.dualwrite.reconciler.state.TableRun;
import io.dualwrite.reconciler.state.UnfinishedRun;
import io.dualwrite.reconciler.window.SideReadException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A load as the target keeps it: its mark and the file of bad records that goes with it. Closing it
 * lets go of both; one that has not ended can be taken up again.
 */
final class LoadState implements AutoCloseable {
  /** What loads are kept as, with the table's name behind it. */
  static final String COMMAND = "load of files into ";

  private static final String STEP = "load";
  private static final String REWRITTEN =
      "the target's table was emptied, rewritten or made anew since the interrupted load: all of it is loaded again";

  private final RunDesk.Opened opened;
  private final RunTables tables;
  private final TableRun table;
  private final SetAsideFile setAside;
  private final TablePair pair;
  private final List<String> notes;
  private Mark mark;
  private Storage storage;
  private Storage seen;

  /**
   * What is kept of the table.
   *
   * @param storage where the target's rows lie
   * @param note why nothing is made of what an interrupted load has of it
   */
  private record Begun(TableRun table, Mark mark, Storage storage, Optional<String> note) {}

  private LoadState(
      RunDesk.Opened opened, RunTables tables, SetAsideFile setAside, TablePair pair, Begun begun) {
    this.opened = opened;
    this.tables = tables;
    this.table = begun.table();
    this.setAside = setAside;
    this.pair = pair;
    this.notes = Stream.of(opened.note(), begun.note()).flatMap(Optional::stream).toList();
    this.mark = begun.mark();
    this.storage = begun.storage();
    this.seen = storage;
  }

  /** What loads of a table are kept as: one of another table is no concern of a resumed one. */
  private static String command(String table) {
    return COMMAND + table;
  }

  /**
   * Begins a load, or goes on with one.
   *
   * @throws IllegalArgumentException if another process loads files into the table, if the files or
   *     options are not those of the interrupted load, or if the file of bad records is in the way
   */
  static LoadState open(
      Snapshots databases,
      Stores stores,
      FileSet files,
      FileBackfillOptions options,
      TablePair pair) {
    String name = pair.name().toString();
    SortedMap<String, String> settings = LoadSettings.of(files, options);
    Path path = options.setAsideFile();
    RunDesk desk = new RunDesk(databases.database(Side.TARGET), stores, rules(name));
    try {
      List<UnfinishedRun> unfinished =
          KeptRun.transact(
              databases.database(Side.TARGET),
              stores,
              (c, s) -> s.runs().unfinished(c, command(name)));
      throwIfBusy(unfinished, name);
      boolean goesOn =
          options.resume()
              && unfinished.stream().anyMatch(u -> u.run().settings().equals(settings));
      if (options.resume() && !goesOn && !unfinished.isEmpty()) {
        // Says what is not the same.
        desk.resume(command(name), settings).run().close();
      }
      // Before anything is kept: whoever goes on with a load finds the file of its own.
      Optional<SetAsideFile> fresh =
          goesOn ? Optional.empty() : Optional.of(SetAsideFile.begin(path, files.columns()));
      try {
        RunDesk.Opened opened =
            options.resume()
                ? desk.resume(command(name), settings)
                : desk.begin(command(name), settings);
        try {
          RunTables tables = stores.tables();
          Begun begun = opened.run().transact((c, s) -> begun(c, tables, opened.run().run(), pair));
          return new LoadState(
              opened, tables, setAside(fresh, files, path, begun.mark()), pair, begun);
        } catch (SQLException | RuntimeException e) {
          opened.run().close();
          throw e;
        }
      } catch (SQLException | RuntimeException e) {
        fresh.ifPresent(SetAsideFile::close);
        throw e;
      }
    } catch (SQLException e) {
      throw new SideReadException(Side.TARGET, e);
    }
  }

  /** Two loads into one table at once would not know of each other's records. */
  private static RunDesk.Rules rules(String table) {
    return new RunDesk.Rules() {
      @Override
      public void admit(List<UnfinishedRun> others) {
        throwIfBusy(others, table);
      }

      @Override
      public boolean replaces(SortedMap<String, String> settings, Run interrupted) {
        // Of the same records in the same file, the other's could not be told from its own.
        return LoadSettings.meet(interrupted.settings(), settings);
      }
    };
  }

  private static SetAsideFile setAside(
      Optional<SetAsideFile> fresh, FileSet files, Path path, Mark mark) {
    if (fresh.isPresent() && mark.setAsideBytes() == 0) {
      return fresh.get();
    }
    // Of a load that was interrupted only while this one was about to begin.
    fresh.ifPresent(SetAsideFile::close);
    return SetAsideFile.goOn(
        path,
        files.columns(),
        files.files().stream().map(FileSet.Mapped::file).toList(),
        mark.setAsideBytes());
  }

  private static Begun begun(Connection target, RunTables tables, Run run, TablePair pair)
      throws SQLException {
    String name = pair.name().toString();
    Storage storage = Storage.read(target, pair.target());
    Optional<TableRun> before = tables.find(target, run, STEP, name);
    Optional<String> kept =
        before.isPresent() ? tables.detail(target, before.get()) : Optional.empty();
    boolean there = kept.isPresent() && storage.holds(Mark.storage(kept.get()));
    TableRun table =
        before.isPresent() ? before.get() : tables.begin(target, run, STEP, name, "", "", "", 0);
    return new Begun(
        table,
        there ? Mark.read(kept.get()) : Mark.BEGIN,
        storage,
        kept.isPresent() && !there ? Optional.of(REWRITTEN) : Optional.empty());
  }

  private static void throwIfBusy(List<UnfinishedRun> unfinished, String name) {
    unfinished.stream()
        .filter(UnfinishedRun::isHeld)
        .findFirst()
        .ifPresent(
            u -> {
              throw new FileLoadBusyException(name, u);
            });
  }

  Mark mark() {
    return mark;
  }

  SetAsideFile setAside() {
    return setAside;
  }

  long run() {
    return opened.run().run().id();
  }

  boolean resumed() {
    return opened.run().run().resumes() > 0;
  }

  List<String> notes() {
    return notes;
  }

  /**
   * Keeps the load from being taken over until the transaction ends: the file of bad records must
   * not be written by two processes.
   *
   * @throws io.dualwrite.reconciler.state.TakenOverException if it was
   */
  void hold(Connection target) throws SQLException {
    tables.hold(target, table.run());
  }

  /**
   * Within the transaction on the target that brings what the mark stands for.
   *
   * @throws RewrittenTargetException if what was brought before may be gone
   */
  void keep(Connection target, Mark next) throws SQLException {
    seen = Storage.read(target, pair.target());
    if (!seen.holds(storage)) {
      throw new RewrittenTargetException(pair);
    }
    tables.setDetail(target, table, next.text(seen));
  }

  /** The transaction was committed. */
  void kept(Mark next) {
    mark = next;
    storage = seen;
    setAside.kept(next.setAsideBytes());
  }

  /** In a transaction of its own, in which {@code work} sets aside what the mark stands for. */
  void keep(Supplier<Mark> work) {
    try {
      kept(
          opened
              .run()
              .transact(
                  (c, s) -> {
                    hold(c);
                    Mark next = work.get();
                    keep(c, next);
                    return next;
                  }));
    } catch (SQLException e) {
      throw new SideReadException(Side.TARGET, e);
    }
  }

  /** All files are done. */
  void end(String outcome) {
    try {
      opened
          .run()
          .transact(
              (c, s) -> {
                tables.end(c, table);
                return true;
              });
      opened.run().end(outcome);
    } catch (SQLException e) {
      throw new SideReadException(Side.TARGET, e);
    }
  }

  @Override
  public void close() {
    try (setAside) {
      opened.run().close();
    }
  }
}
