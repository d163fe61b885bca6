package io.dualwrite.jdbc.load;

import io.dualwrite.FailurePolicy;
import io.dualwrite.jdbc.capture.CapturePlan;
import io.dualwrite.jdbc.capture.LoadFormat;
import io.dualwrite.jdbc.pipeline.Pipeline;
import io.dualwrite.jdbc.schema.CapturedTable;
import io.dualwrite.jdbc.schema.Column;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One load into a mirrored table, from before its first byte to its entries in the journal. All of
 * it happens in one transaction: without the entries the rows are not there either. Rows are named
 * by their keys as they were sent; where they were not, by the values that their sequence gave; and
 * where neither can be told, the whole table is named.
 */
public final class Load implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Load.class);

  private final CapturePlan.Load plan;
  private final CapturedTable table;
  private final Connection connection;
  private final LoadedTable catalog;
  private final List<String> columns;
  private final @Nullable LoadedKeys keys;
  private final @Nullable RowReader reader;
  private final @Nullable Numbered numbered;

  /** A key column that was not sent, and where its sequence stood. */
  private record Numbered(Column column, String sequence, long from) {}

  private Load(CapturePlan.Load plan, Connection connection, Charset charset) throws SQLException {
    this.plan = plan;
    this.table = plan.table();
    this.connection = connection;
    this.catalog = new LoadedTable(connection, table);
    this.columns = plan.columns().isPresent() ? plan.columns().get() : catalog.columns();
    List<Column> naming =
        table.key().isEmpty() ? table.rangeColumn().stream().toList() : table.key();
    int[] wanted = naming.stream().mapToInt(c -> columns.indexOf(c.name())).toArray();
    LoadFormat format = plan.format();
    // A key is never null, whatever the format makes of its values.
    boolean mayBeNull =
        table.key().isEmpty() && naming.stream().anyMatch(c -> format.forcesNull(c.name()));
    boolean sent = !naming.isEmpty() && !mayBeNull && Arrays.stream(wanted).allMatch(i -> i >= 0);
    Charset encoding = format.encoding() == null ? charset : format.encoding();
    if (sent && format.kind() != LoadFormat.Kind.UNREADABLE && showsSeparators(encoding)) {
      // STRICT copies before the commit, row by row.
      boolean inRuns = table.policy() != FailurePolicy.STRICT && !table.key().isEmpty();
      this.keys = new LoadedKeys(naming, format.kind(), encoding, inRuns);
      this.reader = reader(format, encoding, wanted, keys);
    } else {
      this.keys = null;
      this.reader = null;
    }
    this.numbered = keys == null && !table.key().isEmpty() ? numbered().orElse(null) : null;
  }

  /**
   * Begins, in the transaction under way on this connection, before the primary is told to.
   *
   * @param charset of the connection
   */
  public static Load begin(CapturePlan.Load plan, Connection connection, Charset charset)
      throws SQLException {
    return new Load(plan, connection, charset);
  }

  /** In others a byte of a separator may be part of a character. */
  private static boolean showsSeparators(Charset encoding) {
    return encoding.equals(StandardCharsets.UTF_8) || encoding.newEncoder().maxBytesPerChar() == 1;
  }

  private static RowReader reader(
      LoadFormat format, Charset charset, int[] wanted, RowReader.Rows rows) {
    return switch (format.kind()) {
      case TEXT -> new TextRows(format, charset, wanted, rows);
      case CSV -> new CsvRows(format, charset, wanted, rows);
      case BINARY -> new BinaryRows(wanted, rows);
      case UNREADABLE -> throw new IllegalArgumentException("cannot be read");
    };
  }

  private Optional<Numbered> numbered() throws SQLException {
    List<Column> missing = table.key().stream().filter(c -> !columns.contains(c.name())).toList();
    if (missing.size() != 1) {
      return Optional.empty();
    }
    Optional<String> sequence = catalog.sequence(missing.get(0).name());
    return sequence.isEmpty()
        ? Optional.empty()
        : Optional.of(new Numbered(missing.get(0), sequence.get(), catalog.next(sequence.get())));
  }

  /** Data that goes to the primary. */
  public void sent(byte[] data, int offset, int length) {
    if (reader != null) {
      reader.read(data, offset, length);
    }
  }

  /**
   * Journals what the primary has taken. From here on the definition of the table cannot change.
   *
   * @param rows how many rows it says it has taken
   */
  public void journal(long rows) throws SQLException {
    Pipeline pipeline = new Pipeline(connection);
    LoadJournal journal = new LoadJournal(pipeline, plan.journalTable(), table);
    if (reader != null) {
      reader.end();
    }
    boolean asSent =
        (plan.columns().isPresent() || columns.equals(catalog.columns())) && !catalog.changesRows();
    long to = asSent && numbered != null ? catalog.next(numbered.sequence) - 1 : 0;
    if (asSent && keys != null && keys.readable() && keys.count() >= rows) {
      journal.keys(keys);
    } else if (asSent && numbered != null && to - numbered.from + 1 >= rows) {
      if (to >= numbered.from) {
        journal.numbered(numbered.column, numbered.from, to);
      }
    } else {
      LOG.warn(
          "COPY into {}: which rows it loaded cannot be told from the data, so that all of the table is copied."
              + " Name the key's columns in COPY, in text or CSV, to have only those rows copied.",
          table.journalName());
      journal.whole();
    }
    pipeline.send();
  }

  @Override
  public void close() {
    if (keys != null) {
      keys.close();
    }
  }
}
