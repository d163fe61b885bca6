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

/**
 * Where an embedded server lives: its data directory and its log.
 *
 * @param base holds both
 * @param kept whether the directory is the user's and stays when the server is closed
 */
record ServerDirectory(Path base, boolean kept) {

  private static final String PREFIX = "dualwrite-postgres-";
  private static final Path MEMORY = Path.of("/dev/shm");
  private static final long ROOM = 2L << 30;
  private static final int PID_LINE = 0;
  private static final int SHARED_MEMORY_LINE = 6;
  private static final int LOG_TAIL_LINES = 20;

  /**
   * The user's directory, or a temporary one: on disk for a durable server, in memory for another
   * where there is room, since disks make even servers that do not wait for them slow.
   */
  static ServerDirectory of(ServerOptions options) {
    try {
      Path users = options.directory();
      if (users != null) {
        return new ServerDirectory(Files.createDirectories(users).toAbsolutePath(), true);
      }
      return !options.durable() && hasRoom(MEMORY)
          ? new ServerDirectory(Files.createTempDirectory(MEMORY, PREFIX), false)
          : new ServerDirectory(Files.createTempDirectory(PREFIX), false);
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
    return pidFileLine(PID_LINE)
        .map(Long::valueOf)
        .flatMap(ProcessHandle::of)
        .filter(h -> h.info().commandLine().map(c -> c.contains(data().toString())).orElse(true))
        .map(handle -> new ProcessTree(handle.pid()))
        .filter(ProcessTree::isAlive);
  }

  /**
   * Kills the server that runs on the data, if any, and removes what only a proper stop would: its
   * shared memory, of which a system has few pieces, and its pid file, by which the next start
   * would take it for one that is alive where nobody reaps the dead.
   */
  void killServer() {
    Optional<ProcessTree> server = postmaster();
    if (server.isEmpty()) {
      return;
    }
    server.get().kill();
    pidFileLine(SHARED_MEMORY_LINE)
        .map(keyAndId -> keyAndId.split("\\s+"))
        .filter(keyAndId -> keyAndId.length == 2)
        .ifPresent(keyAndId -> Shell.run("ipcrm -m " + Long.parseLong(keyAndId[1])));
    try {
      Files.deleteIfExists(pidFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
  void deleteUnlessKept() {
    if (kept) {
      return;
    }
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

  private static boolean hasRoom(Path directory) throws IOException {
    return Files.isWritable(directory) && Files.getFileStore(directory).getUsableSpace() > ROOM;
  }

  private Path pidFile() {
    return data().resolve("postmaster.pid");
  }

  private Optional<String> pidFileLine(int index) {
    try (Stream<String> lines = Files.lines(pidFile())) {
      return lines.skip(index).findFirst().map(String::trim).filter(line -> !line.isEmpty());
    } catch (NoSuchFileException none) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
