package io.dualwrite.reconciler.backfill.file;

import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The file that records are set aside in, as CSV with a header, so that it can be put right and
 * loaded in its turn. It is taken before the first record, so that no other load writes to it, and
 * removed again where nothing was set aside.
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
  private final HeldFile held;
  private final StringBuilder added = new StringBuilder();
  private long length;
  private long written;

  private SetAsideFile(Path path, List<String> columns, HeldFile held) {
    this.path = path;
    this.columns = columns;
    this.held = held;
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
    try {
      return new SetAsideFile(path, columns, HeldFile.fresh(path));
    } catch (FileAlreadyExistsException e) {
      throw new IllegalArgumentException(
          path
              + " exists, and records set aside would be added to it. Move it away, or name another with --set-aside"
              + " (--resume goes on with an interrupted load)",
          e);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "--set-aside "
              + path
              + ": its directory cannot be written to ("
              + e.getClass().getSimpleName()
              + ")",
          e);
    }
  }

  /**
   * That of an interrupted load.
   *
   * @param files those of the load
   * @param length what finished batches have set aside, in bytes
   * @throws IllegalArgumentException if it is not the same any more
   */
  static SetAsideFile goOn(Path path, List<String> columns, List<SourceFile> files, long length) {
    HeldFile held = null;
    try {
      held = length == 0 && !Files.exists(path) ? HeldFile.fresh(path) : existing(path, length);
      SetAsideFile file = new SetAsideFile(path, columns, held);
      file.requireOwn(files);
      held.channel().truncate(length);
      file.kept(length);
      return file;
    } catch (IOException e) {
      throw closed(held, failed(path, e));
    } catch (RuntimeException e) {
      throw closed(held, e);
    }
  }

  private static HeldFile existing(Path path, long length) throws IOException {
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
    return HeldFile.existing(path);
  }

  private static RuntimeException closed(@Nullable HeldFile held, RuntimeException e) {
    try {
      if (held != null) {
        held.close();
      }
    } catch (IOException again) {
      e.addSuppressed(again);
    }
    return e;
  }

  /** Somebody else's file is not cut off: the first record names a file of this load. */
  private void requireOwn(List<SourceFile> files) throws IOException {
    byte[] header = bytes(header());
    int longest = files.stream().mapToInt(f -> bytes(quoted(f.shown())).length).max().orElse(0);
    byte[] there = held.head(header.length + longest + 1);
    boolean own =
        files.stream()
            .map(f -> bytes(header() + quoted(f.shown()) + ","))
            .anyMatch(
                begins -> {
                  int common = Math.min(begins.length, there.length);
                  return Arrays.equals(begins, 0, common, there, 0, common);
                });
    if (!own) {
      throw new IllegalArgumentException(
          path + " is not the file of the interrupted load. Move it away, or begin anew");
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
    FileChannel file = held.channel();
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
    try {
      FileChannel file = added.isEmpty() ? held.channel() : write();
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

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private FileReadException failed(IOException e) {
    return failed(path, e);
  }

  private static FileReadException failed(Path path, IOException e) {
    return new FileReadException(
        "bad records could not be set aside in " + path + " (" + e.getClass().getSimpleName() + ")",
        e);
  }

  /** Lets go of it; one that has nothing in it is removed. */
  @Override
  public void close() {
    try {
      held.close();
    } catch (IOException e) {
      throw failed(e);
    }
  }
}
