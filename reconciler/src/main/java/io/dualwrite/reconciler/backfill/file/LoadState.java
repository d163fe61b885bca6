package io.dualwrite.reconciler.backfill.file;

import io.dualwrite.Side;
import io.dualwrite.reconciler.compare.Snapshots;
import io.dualwrite.reconciler.state.KeptRun;
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
import java.util.TreeMap;

/**
 * A load as the target keeps it: its mark and the file of bad records that goes with it. Closing it
 * lets go of both; one that has not ended can be taken up again.
 */
final class LoadState implements AutoCloseable {
  private static final String STEP = "load";

  private final RunDesk.Opened opened;
  private final RunTables tables;
  private final TableRun table;
  private final SetAsideFile setAside;
  private Mark mark;

  private LoadState(
      RunDesk.Opened opened, RunTables tables, TableRun table, SetAsideFile setAside, Mark mark) {
    this.opened = opened;
    this.tables = tables;
    this.table = table;
    this.setAside = setAside;
    this.mark = mark;
  }

  /** What loads of a table are kept as: one of another table is no concern of a resumed one. */
  private static String command(String table) {
    return "load of files into " + table;
  }

  /**
   * Begins a load, or goes on with one.
   *
   * @throws IllegalArgumentException if another process loads files into the table, if the files or
   *     options are not those of the interrupted load, or if the file of bad records is in the way
   */
  static LoadState open(
      Snapshots databases, Stores stores, FileSet files, FileBackfillOptions options, String name) {
    SortedMap<String, String> settings = settings(files, options);
    Path path = options.setAsideFile();
    RunDesk desk = new RunDesk(databases.database(Side.TARGET), stores);
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
      SetAsideFile fresh = goesOn ? null : SetAsideFile.begin(path, files.columns());
      RunDesk.Opened opened =
          options.resume()
              ? desk.resume(command(name), settings)
              : desk.begin(command(name), settings);
      try {
        RunTables tables = stores.tables();
        Optional<TableRun> before =
            opened.run().transact((c, s) -> tables.find(c, opened.run().run(), STEP, name));
        TableRun table =
            before.isPresent()
                ? before.get()
                : opened
                    .run()
                    .transact(
                        (c, s) -> tables.begin(c, opened.run().run(), STEP, name, "", "", "", 0));
        Mark mark =
            opened
                .run()
                .transact((c, s) -> tables.detail(c, table))
                .map(Mark::read)
                .orElse(Mark.BEGIN);
        SetAsideFile file =
            fresh == null ? SetAsideFile.goOn(path, files.columns(), mark.setAsideBytes()) : fresh;
        return new LoadState(opened, tables, table, file, mark);
      } catch (SQLException | RuntimeException e) {
        opened.run().close();
        throw e;
      }
    } catch (SQLException e) {
      throw new SideReadException(Side.TARGET, e);
    }
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

  private static SortedMap<String, String> settings(FileSet files, FileBackfillOptions options) {
    SortedMap<String, String> settings = new TreeMap<>();
    for (int i = 0; i < files.files().size(); i++) {
      settings.put("file " + (i + 1), files.files().get(i).file().identity());
    }
    settings.put("--absent", options.absent().name().toLowerCase(java.util.Locale.ROOT));
    settings.put("--set-aside", options.setAsideFile().toAbsolutePath().normalize().toString());
    settings.put("columns", String.join(",", files.columns()));
    settings.put("csv", options.csv().toString().replace('\n', ' '));
    return settings;
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

  Optional<String> note() {
    return opened.note();
  }

  /** Within the transaction on the target that brings what the mark stands for. */
  void keep(Connection target, Mark next) throws SQLException {
    tables.setDetail(target, table, next.text());
  }

  /** The transaction was committed. */
  void kept(Mark next) {
    mark = next;
    setAside.kept(next.setAsideBytes());
  }

  /** In a transaction of its own. */
  void keep(Mark next) {
    try {
      opened
          .run()
          .transact(
              (c, s) -> {
                keep(c, next);
                return true;
              });
    } catch (SQLException e) {
      throw new SideReadException(Side.TARGET, e);
    }
    kept(next);
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
