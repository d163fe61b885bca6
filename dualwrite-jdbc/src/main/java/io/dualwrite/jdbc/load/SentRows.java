package io.dualwrite.jdbc.load;

import io.dualwrite.jdbc.capture.LoadFormat;
import io.dualwrite.jdbc.capture.SentKeys;
import io.dualwrite.jdbc.pipeline.Pipeline;
import io.dualwrite.jdbc.schema.CapturedTable;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys of a batch of inserts that runs as it was written; journaled behind it, in the same
 * transaction.
 */
public final class SentRows implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SentRows.class);

  private final SentKeys sent;
  private final CapturedTable table;
  private final LoadedKeys keys;
  private boolean known = true;

  /** No row yet. */
  public SentRows(SentKeys sent) {
    this.sent = sent;
    this.table = sent.table();
    this.keys = new LoadedKeys(table.key(), LoadFormat.Kind.TEXT, StandardCharsets.UTF_8, true);
  }

  /**
   * A row was added.
   *
   * @param key its key's texts, as the columns' types read them; null: they cannot be told
   */
  public void add(String @Nullable [] key) {
    if (key == null) {
      known = false;
      sent.untold();
    } else {
      keys.add(key);
    }
  }

  /**
   * Journals the rows, in one message to the server. From here on the definition of the table
   * cannot change.
   */
  public void journal(Connection connection) throws SQLException {
    Pipeline pipeline = new Pipeline(connection);
    LoadJournal journal = new LoadJournal(pipeline, sent.journalTable(), table);
    boolean[] changed = {!known || !keys.readable()};
    new LoadedTable(connection, table).changesRows(pipeline, () -> changed[0] = true);
    if (keys.readable()) {
      journal.keys(keys);
    }
    pipeline.send();
    if (changed[0]) {
      LOG.warn(
          "a batch of inserts into {}: which rows it stored cannot be told from its parameters, so that all of the table is copied",
          table.journalName());
      journal.whole();
      pipeline.send();
    }
  }

  @Override
  public void close() {
    keys.close();
  }
}
