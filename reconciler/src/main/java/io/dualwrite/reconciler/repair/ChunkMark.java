package io.dualwrite.reconciler.repair;

import io.dualwrite.reconciler.compare.TableKeeping;
import io.dualwrite.reconciler.state.KeptWindow;
import io.dualwrite.reconciler.state.KeptWindow.Result;
import io.dualwrite.reconciler.window.Part;
import io.dualwrite.reconciler.window.Window;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Keeps what is done to the windows of a chunk: how many rows, in the transactions that change
 * them, and that nothing is left to do. Used by one thread.
 */
final class ChunkMark {
  private final TableKeeping keeping;
  private final Part part;
  private final List<String> problems = new ArrayList<>();
  private long copied;
  private long deleted;

  /** {@code before}: what an interrupted repair has kept of the table. */
  ChunkMark(TableKeeping keeping, Part part, List<KeptWindow> before) {
    this.keeping = keeping;
    this.part = part;
    before.stream()
        .filter(w -> w.number() == part.first())
        .forEach(
            w -> {
              copied += w.changed();
              deleted += w.extra();
            });
  }

  /** Rows that the open transaction changes. */
  void changes(Connection target, long written, long removed) throws SQLException {
    copied += written;
    deleted += removed;
    keeping.mark(target, List.of(window(0, Result.NOT_YET)));
  }

  /** The transaction was rolled back after all. */
  void undo(long written, long removed) {
    copied -= written;
    deleted -= removed;
  }

  /** The chunk's window of that number differs, and maybe later ones. */
  void differs(int index) {
    keeping.differs(part.first() + index, part.chunk().windows().get(index));
  }

  /** A row was refused. */
  void problem(String line) {
    problems.add(line);
  }

  /** Nothing is left to do. */
  void end() {
    List<KeptWindow> windows = new ArrayList<>();
    for (int w = 0; w < part.chunk().windows().size(); w++) {
      windows.add(window(w, Result.DONE));
    }
    keeping.done(windows);
  }

  private KeptWindow window(int index, Result result) {
    Window window = part.chunk().windows().get(index);
    boolean first = index == 0;
    return new KeptWindow(
        part.first() + index,
        window,
        result,
        0,
        0,
        0,
        first ? deleted : 0,
        first ? copied : 0,
        Optional.empty(),
        Optional.empty(),
        true,
        first && !problems.isEmpty() ? Optional.of(String.join("\n", problems)) : Optional.empty(),
        List.of());
  }
}
