package io.dualwrite.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where an embedded server lives: its data directory and its log.
 *
 * @param base holds both
 * @param kept whether the directory is the user's and stays when the server is closed
 */
record ServerDirectory(Path base, boolean kept) {

  private static final int LOG_TAIL_LINES = 20;

  /** The user's directory, or a temporary one if that is null. */
  static ServerDirectory of(@Nullable Path directory) {
    try {
      return directory == null
          ? new ServerDirectory(Files.createTempDirectory("dualwrite-postgres-"), false)
          : new ServerDirectory(Files.createDirectories(directory).toAbsolutePath(), true);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path data() {
    return base.resolve("data");
  }

  Path log() {
    return base.resolve("server.log");
  }

  /**
   * The server that runs on the data now, if any. The pid file outlives a killed server, so a
   * process counts only if its command line names the data directory.
   */
  Optional<ProcessTree> postmaster() {
    return pid()
        .flatMap(ProcessHandle::of)
        .filter(h -> h.info().commandLine().map(c -> c.contains(data().toString())).orElse(true))
        .map(handle -> new ProcessTree(handle.pid()))
        .filter(ProcessTree::isAlive);
  }

  /** The last lines of the server's log, for an error message. */
  String logTail() {
    try {
      List<String> lines = Files.readString(log(), StandardCharsets.UTF_8).lines().toList();
      return String.join(
          "\n", lines.subList(Math.max(0, lines.size() - LOG_TAIL_LINES), lines.size()));
    } catch (IOException e) {
      return "(no log: " + e + ")";
    }
  }

  /** Deletes everything; what another process deletes meanwhile is no error. */
  void delete() {
    try (Stream<Path> files = Files.walk(base)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (NoSuchFileException gone) {
      // Somebody else was faster.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Optional<Long> pid() {
    try (Stream<String> lines = Files.lines(data().resolve("postmaster.pid"))) {
      return lines.findFirst().map(String::trim).map(Long::valueOf);
    } catch (NoSuchFileException none) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
