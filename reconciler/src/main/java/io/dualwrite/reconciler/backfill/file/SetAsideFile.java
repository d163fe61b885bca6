package io.dualwrite.reconciler.backfill.file;

import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The file that records are set aside in, as CSV with a header, so that it can be put right and
 * loaded in its turn. It is made with the first record.
 *
 * <p>What is added is on disk after {@link #force}, whose result is kept with the batch: after a
 * crash {@link #goOn} cuts off what no finished batch has set aside.
 */
final class SetAsideFile implements AutoCloseable {
  private static final String PREFIX = "set_aside_";
  private static final List<String> OWN =
      Stream.of("file", "record", "byte", "column", "reason", "text").map(n -> PREFIX + n).toList();

  /** So many characters are held in memory. */
  private static final int CHARACTERS = 1_000_000;

  private final Path path;
  private final List<String> columns;
  private final StringBuilder added = new StringBuilder();
  private @Nullable FileChannel channel;
  private long length;
  private long written;

  private SetAsideFile(Path path, List<String> columns) {
    this.path = path;
    this.columns = columns;
  }

  /** Whether such a file has a column of that name for itself. */
  static boolean isOwnColumn(String name) {
    return OWN.contains(name.toLowerCase(Locale.ROOT));
  }

  /**
   * A new one.
   *
   * @throws IllegalArgumentException if there is such a file already, or cannot be
   */
  static SetAsideFile begin(Path path, List<String> columns) {
    if (Files.exists(path)) {
      throw new IllegalArgumentException(
          path
              + " exists, and records set aside would be added to it. Move it away, or name another with --set-aside"
              + " (--resume goes on with an interrupted load)");
    }
    Path directory = path.toAbsolutePath().getParent();
    if (directory == null || !Files.isWritable(directory)) {
      throw new IllegalArgumentException(
          "--set-aside " + path + ": its directory cannot be written to");
    }
    return new SetAsideFile(path, columns);
  }

  /**
   * That of an interrupted load.
   *
   * @param length what finished batches have set aside, in bytes
   * @throws IllegalArgumentException if it is not the same any more
   */
  static SetAsideFile goOn(Path path, List<String> columns, long length) {
    SetAsideFile file = new SetAsideFile(path, columns);
    try {
      long size = Files.exists(path) ? Files.size(path) : 0;
      if (size < length) {
        throw new IllegalArgumentException(
            path
                + " has "
                + size
                + " bytes and had "
                + length
                + " when the load was interrupted: records set aside are lost. Begin anew without --resume");
      }
      if (size > 0) {
        file.requireOwn();
        file.open().truncate(length);
        file.length = length;
        file.written = length;
      }
      return file;
    } catch (IOException e) {
      throw file.failed(e);
    }
  }

  /** Somebody else's file is not cut off. */
  private void requireOwn() throws IOException {
    byte[] header = bytes(header());
    try (var in = Files.newInputStream(path)) {
      byte[] there = in.readNBytes(header.length);
      if (!java.util.Arrays.equals(header, 0, there.length, there, 0, there.length)) {
        throw new IllegalArgumentException(
            path + " is not the file of the interrupted load. Move it away, or begin anew");
      }
    }
  }

  Path path() {
    return path;
  }

  /** Adds a record. */
  void add(SourceFile file, FileRecord record, Bad bad) {
    line(
        Stream.concat(
            Stream.of(
                file.shown(),
                Long.toString(record.number()),
                null,
                bad.column().orElse(null),
                bad.said(),
                null),
            record.values().stream()));
  }

  /** Adds a line that is no record. */
  void add(SourceFile file, Unreadable line) {
    line(
        Stream.concat(
            Stream.of(
                file.shown(), null, Long.toString(line.at()), null, line.reason(), line.text()),
            columns.stream().map(c -> null)));
  }

  private void line(Stream<@Nullable String> values) {
    added.append(values.map(SetAsideFile::quoted).collect(joining(","))).append('\n');
    if (added.length() > CHARACTERS) {
      try {
        write();
      } catch (IOException e) {
        throw failed(e);
      }
    }
  }

  private FileChannel write() throws IOException {
    FileChannel file = open();
    ByteBuffer bytes = ByteBuffer.wrap(bytes((written == 0 ? header() : "") + added));
    while (bytes.hasRemaining()) {
      written += file.write(bytes, written);
    }
    added.setLength(0);
    return file;
  }

  private static String quoted(@Nullable String value) {
    return value == null ? "" : '"' + value.replace("\"", "\"\"") + '"';
  }

  private String header() {
    return Stream.concat(OWN.stream(), columns.stream())
            .map(SetAsideFile::quoted)
            .collect(joining(","))
        + "\n";
  }

  /** Has on disk what was added, and nothing behind it; the file's length then. */
  long force() {
    if (added.isEmpty() && channel == null) {
      return length;
    }
    try {
      FileChannel file = added.isEmpty() ? open() : write();
      file.truncate(written);
      if (written > length) {
        file.force(true);
      }
      return written;
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** The batch is kept: the file is so long now. */
  void kept(long size) {
    length = size;
    written = size;
  }

  /**
   * The batch is not kept: what was added for it is forgotten. What of it is in the file goes with
   * the next {@link #force}: another process may have taken the load over.
   */
  void forget() {
    added.setLength(0);
    written = length;
  }

  private FileChannel open() throws IOException {
    if (channel == null) {
      boolean fresh = !Files.exists(path);
      channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (fresh) {
        forceDirectory();
      }
    }
    return channel;
  }

  /** The name is on disk too, where the system can say so. */
  private void forceDirectory() throws IOException {
    Path directory = path.toAbsolutePath().getParent();
    if (directory != null && java.io.File.separatorChar == '/') {
      try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
        names.force(true);
      }
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private FileReadException failed(IOException e) {
    return new FileReadException(
        "bad records could not be set aside in " + path + " (" + e.getClass().getSimpleName() + ")",
        e);
  }

  @Override
  public void close() {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }
}
