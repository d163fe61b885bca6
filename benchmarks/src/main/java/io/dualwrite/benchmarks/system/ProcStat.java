package io.dualwrite.benchmarks.system;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * One process or thread as Linux shows it under {@code /proc}.
 *
 * @param name its command, at most 15 characters
 * @param parent the process that started it
 * @param own clock ticks of CPU time, of its own
 * @param ended ticks of the children that it has waited for
 */
record ProcStat(String name, long parent, long own, long ended) {
  private static final int PARENT = 1;
  private static final int USER = 11;
  private static final int SYSTEM = 12;
  private static final int ENDED_USER = 13;
  private static final int ENDED_SYSTEM = 14;

  /** Null for what has ended, or where there is no {@code /proc}. */
  static @Nullable ProcStat read(Path directory) {
    String line;
    try {
      line = Files.readString(directory.resolve("stat"));
    } catch (IOException e) {
      return null;
    }
    int end = line.lastIndexOf(')');
    String[] fields = line.substring(end + 2).split(" ", -1);
    return new ProcStat(
        line.substring(line.indexOf('(') + 1, end),
        Long.parseLong(fields[PARENT]),
        Long.parseLong(fields[USER]) + Long.parseLong(fields[SYSTEM]),
        Long.parseLong(fields[ENDED_USER]) + Long.parseLong(fields[ENDED_SYSTEM]));
  }

  /** Ticks of a process, of its children and of those that it has waited for. */
  static long ticksOfTree(long pid) throws IOException {
    Path process = Path.of("/proc", Long.toString(pid));
    ProcStat root = read(process);
    long ticks = ticksOfTree(pid, root);
    // A child that ends between the two looks is in neither.
    for (ProcStat now = read(process);
        root != null && now != null && now.ended != root.ended;
        now = read(process)) {
      root = now;
      ticks = ticksOfTree(pid, root);
    }
    return ticks;
  }

  private static long ticksOfTree(long pid, @Nullable ProcStat root) throws IOException {
    long ticks = root == null ? 0 : root.own + root.ended;
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path each : processes) {
        ProcStat stat = read(each);
        if (stat != null && stat.parent == pid) {
          ticks += stat.own + stat.ended;
        }
      }
    }
    return ticks;
  }

  /**
   * Ticks of this JVM without its compilers, whose work says nothing of a program that runs for
   * long.
   */
  static long ticksOfThisJvm() throws IOException {
    ProcStat process = read(Path.of("/proc/self"));
    long ticks = process == null ? 0 : process.own;
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
      for (Path each : threads) {
        ProcStat stat = read(each);
        if (stat != null && (stat.name.startsWith("C1 Comp") || stat.name.startsWith("C2 Comp"))) {
          ticks -= stat.own;
        }
      }
    }
    return ticks;
  }
}
