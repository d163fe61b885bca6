package io.dualwrite.jdbc.load;

import com.google.common.io.FileBackedOutputStream;
import io.dualwrite.jdbc.capture.LoadFormat.Kind;
import io.dualwrite.jdbc.schema.Column;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The texts of the keys of a load's rows, in the order of the rows: as they came, to be read by the
 * server in the session that loads. Beyond some megabytes they lie in a temporary file, which is
 * deleted on {@link #close()}. Whole numbers in dense runs are kept as runs.
 */
final class LoadedKeys implements RowReader.Rows, AutoCloseable {
  private static final int IN_MEMORY_BYTES = 8_000_000;

  private final List<Column> columns;
  private final boolean binary;
  private final Charset charset;
  private final @Nullable DenseRuns runs;
  private final FileBackedOutputStream kept = new FileBackedOutputStream(IN_MEMORY_BYTES);
  private final DataOutputStream out = new DataOutputStream(kept);
  private boolean readable = true;
  private long count;

  /**
   * Nothing yet.
   *
   * @param columns the key
   * @param inRuns whether a single whole number may be kept in runs
   */
  LoadedKeys(List<Column> columns, Kind kind, Charset charset, boolean inRuns) {
    this.columns = columns;
    this.binary = kind == Kind.BINARY;
    this.charset = charset;
    this.runs = inRuns && DenseRuns.suits(columns) ? new DenseRuns(this::keep) : null;
  }

  @Override
  public void row(byte[][] fields) {
    if (!readable) {
      return;
    }
    String[] texts = new String[fields.length];
    for (int i = 0; i < fields.length; i++) {
      Optional<String> text = text(columns.get(i), fields[i]);
      if (text.isEmpty()) {
        readable = false;
        return;
      }
      texts[i] = text.get();
    }
    add(texts);
  }

  /** Adds a row's key. */
  void add(String... texts) {
    count++;
    if (runs == null || !runs.add(texts[0])) {
      keep(texts);
    }
  }

  private Optional<String> text(Column column, byte @Nullable [] field) {
    if (field == null) {
      return Optional.empty();
    }
    return binary
        ? BinaryText.of(column.baseType(), field, charset)
        : Optional.of(new String(field, charset));
  }

  private void keep(String... texts) {
    try {
      for (String text : texts) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the keys of a load cannot be kept", e);
    }
  }

  /** Whether each row so far said its key. */
  boolean readable() {
    return readable;
  }

  /** Rows so far. */
  long count() {
    return count;
  }

  /** Runs of whole numbers; each bound is one of them. */
  List<DenseRuns.Run> runs() {
    return runs == null ? List.of() : runs.end();
  }

  /** Takes some keys, one list for each column. */
  interface Keys {
    /** Some keys. */
    void take(List<List<String>> byColumn) throws java.sql.SQLException;
  }

  /** Gives the keys that are in no run. Call {@link #runs()} before. */
  void forEach(int atOnce, Keys keys) throws java.sql.SQLException {
    try (DataInputStream in = new DataInputStream(kept.asByteSource().openBufferedStream())) {
      while (true) {
        List<List<String>> some = new ArrayList<>();
        columns.forEach(column -> some.add(new ArrayList<>(atOnce)));
        while (some.get(0).size() < atOnce && read(in, some)) {}
        if (some.get(0).isEmpty()) {
          return;
        }
        keys.take(some);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the keys of a load cannot be read again", e);
    }
  }

  private static boolean read(DataInputStream in, List<List<String>> into) throws IOException {
    for (List<String> column : into) {
      int length;
      try {
        length = in.readInt();
      } catch (EOFException e) {
        return false;
      }
      column.add(new String(in.readNBytes(length), StandardCharsets.UTF_8));
    }
    return true;
  }

  @Override
  public void close() {
    try {
      kept.reset();
    } catch (IOException e) {
      throw new UncheckedIOException("the temporary file of a load cannot be deleted", e);
    }
  }
}
