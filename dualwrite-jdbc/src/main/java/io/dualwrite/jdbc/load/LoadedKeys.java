package io.dualwrite.jdbc.load;

import io.dualwrite.jdbc.capture.LoadFormat.Kind;
import io.dualwrite.jdbc.schema.Column;
import java.io.BufferedInputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The texts of the keys of a load's rows, in the order of the rows: as they came, to be read by the
 * server in the session that loads. Beyond some megabytes they lie in a temporary file; where that
 * cannot be written, they are not readable. Whole numbers in dense runs are kept as runs.
 */
final class LoadedKeys implements RowReader.Rows, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LoadedKeys.class);
  private static final int IN_MEMORY_BYTES = 8_000_000;

  private final List<Column> columns;
  private final boolean binary;
  private final Charset charset;
  private final @Nullable DenseRuns runs;
  private final KeptBytes kept;
  private final DataOutputStream out;
  private boolean readable = true;
  private long count;
  private long keptRows;

  /**
   * Nothing yet.
   *
   * @param columns the key
   * @param inRuns whether a single whole number may be kept in runs
   */
  LoadedKeys(List<Column> columns, Kind kind, Charset charset, boolean inRuns) {
    this(columns, kind, charset, inRuns, new KeptBytes(IN_MEMORY_BYTES));
  }

  LoadedKeys(List<Column> columns, Kind kind, Charset charset, boolean inRuns, KeptBytes kept) {
    this.kept = kept;
    this.out = new DataOutputStream(kept);
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
    if (!readable) {
      return;
    }
    try {
      for (String text : texts) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
      }
      keptRows++;
    } catch (IOException e) {
      LOG.warn(
          "the keys of a load cannot be kept in a temporary file ({}), so that all of its table is copied",
          e.toString());
      readable = false;
    }
  }

  /** Whether each row so far said its key, and it could be kept. */
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
    void take(List<List<String>> byColumn) throws SQLException;
  }

  /** Gives the keys that are in no run. Call {@link #runs()} before. */
  void forEach(int atOnce, Keys keys) throws SQLException {
    if (!readable) {
      throw new SQLException("the keys of a load could not be kept", "58030");
    }
    try (DataInputStream in = new DataInputStream(new BufferedInputStream(kept.read()))) {
      for (long left = keptRows; left > 0; left -= atOnce) {
        List<List<String>> some = new ArrayList<>();
        columns.forEach(column -> some.add(new ArrayList<>(atOnce)));
        for (long row = Math.min(left, atOnce); row > 0; row--) {
          for (List<String> column : some) {
            column.add(text(in));
          }
        }
        keys.take(some);
      }
    } catch (IOException e) {
      throw new SQLException("the keys of a load cannot be read again", "58030", e);
    }
  }

  /** The next text. One that is cut short is an error, never a shorter key. */
  static String text(DataInput in) throws IOException {
    byte[] bytes = new byte[in.readInt()];
    in.readFully(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    try {
      kept.close();
    } catch (IOException e) {
      LOG.warn("the temporary file of a load cannot be closed: {}", e.toString());
    }
  }
}
