package io.dualwrite.jdbc.capture;

import io.dualwrite.jdbc.schema.CapturedTable;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the wrapper does with one SQL text. Immutable, decided once per text and cached. */
public sealed interface CapturePlan {

  /** Runs as it is: a read, or a write that touches no mirrored table. */
  record PassThrough() implements CapturePlan {}

  /**
   * A write to mirrored tables whose rows the journal will name.
   *
   * @param before a statement without parameters that the wrapper executes first, in the same
   *     transaction (under auto-commit it opens one for both); null almost always: only what cannot
   *     stand in a common table expression ({@code TRUNCATE}) needs it
   * @param journaling the statement that runs in place of the application's: it writes, journals,
   *     and gives back the same update count, rows and generated keys. Parameters keep their number
   *     and order.
   * @param returningKeys for {@code BEST_EFFORT}: the application's statement with {@code
   *     RETURNING} of the journal name and the key as {@code text[]} (null: the whole table) in
   *     place of journaling; null where the statement returns rows of its own or needs several
   *     statements, and is journaled instead
   * @param tables the mirrored tables that it may touch
   * @param sentKeys where the application sends the rows' keys itself, how; else null
   * @param besides what the statement may write beside the rows that the journal names, because it
   *     calls a function that may write; treated by {@code unmirrored} before the statement runs,
   *     journaling, if it may
   * @param origins where the parts of {@code journaling} come from; null where its errors are left
   *     as they are
   */
  record Captured(
      @Nullable String before,
      String journaling,
      @Nullable String returningKeys,
      List<CapturedTable> tables,
      @Nullable SentKeys sentKeys,
      @Nullable Unmirrored besides,
      Operation operation,
      @Nullable Origins origins)
      implements CapturePlan {
    public Captured {
      tables = List.copyOf(tables);
    }

    /** A write whose keys the application does not send, and whose errors are left as they are. */
    public Captured(
        @Nullable String before,
        String journaling,
        @Nullable String returningKeys,
        List<CapturedTable> tables,
        @Nullable Unmirrored besides,
        Operation operation) {
      this(before, journaling, returningKeys, tables, null, besides, operation, null);
    }

    /** Whether triggers of its tables may change what names mean from then on. */
    public boolean triggersChangeNames() {
      return tables.stream().anyMatch(table -> table.table().triggersChangeNames());
    }

    /** What a statement does to its table. */
    public enum Operation {
      COPY,
      INSERT,
      UPDATE,
      DELETE,
      MERGE,
      TRUNCATE;

      private final String label = name().toLowerCase(Locale.ROOT);

      /** The name in metrics. */
      public String label() {
        return label;
      }
    }
  }

  /**
   * {@code COPY … FROM STDIN} into a mirrored table, by way of the driver's own interface alone.
   *
   * @param journalTable where its rows' keys go
   * @param table the table
   * @param columns that the data fills, in its order; empty: all that can be written
   * @param format of the data
   */
  record Load(
      String journalTable, CapturedTable table, Optional<List<String>> columns, LoadFormat format)
      implements CapturePlan {
    /** As what it is measured. */
    public Captured asWrite() {
      return new Captured(null, "COPY", null, List.of(table), null, Captured.Operation.COPY);
    }
  }

  /**
   * A write, or what may be one, that cannot be captured: treated by {@code unmirrored}. Such a
   * statement may do anything: where it runs, what is known of the session's names, of temporary
   * tables and of the schema is to be looked up again after it.
   *
   * @param reason a short, stable word for metrics: {@code ddl}, {@code call}, {@code merge},
   *     {@code view}, {@code function}, …
   * @param explanation what, and what to do instead, for the log and for the exception
   */
  record Unmirrored(String reason, String explanation) implements CapturePlan {}

  /** Transaction control written as SQL. */
  record TransactionControl(Kind kind) implements CapturePlan {
    /** What the statement does to the transaction. */
    public enum Kind {
      BEGIN,
      COMMIT,
      ROLLBACK,
      /** {@code SAVEPOINT}, {@code RELEASE}, {@code ROLLBACK TO}: the journal follows by itself. */
      SAVEPOINT,
      /** {@code PREPARE TRANSACTION} and its like. */
      TWO_PHASE
    }
  }

  /**
   * Changes how unqualified names resolve: {@code SET search_path}, {@code set_config}, {@code SET
   * ROLE}, {@code DISCARD}. The end of the transaction may change them back ({@code SET LOCAL}, a
   * rollback), so that they are looked up again after it too.
   */
  record SessionChange() implements CapturePlan {}

  /**
   * Changes the schema: cached metadata and plans are stale once it ran.
   *
   * @param createsTemporary whether it creates a temporary relation, which may hide others of its
   *     name on this connection
   * @param touchesMirrored whether it drops, rewrites or redefines a mirrored table, so that {@code
   *     unmirrored} applies
   * @param ofSession whether only temporary relations change, of which no catalog tells and on
   *     which no other plan depends
   */
  record SchemaChange(boolean createsTemporary, boolean touchesMirrored, boolean ofSession)
      implements CapturePlan {}

  /**
   * Several statements in one text that together are none of the others: they control transactions
   * or change the session or the schema beside what they write.
   *
   * @param captured the text that journals and its tables; null if no statement writes to a
   *     mirrored table
   * @param controlsTransaction whether transactions begin, end or are rolled back in part
   * @param commits whether a transaction is committed, or prepared to be
   * @param changesNames whether names may mean something else after it
   * @param schema what it changes of the schema; null if nothing
   * @param besides what it may write beside the rows that the journal names; null if nothing
   */
  record Several(
      @Nullable Captured captured,
      boolean controlsTransaction,
      boolean commits,
      boolean changesNames,
      @Nullable SchemaChange schema,
      @Nullable Unmirrored besides)
      implements CapturePlan {}
}
