package io.dualwrite.jdbc.capture;

import io.dualwrite.FailurePolicy;
import io.dualwrite.jdbc.schema.CapturedTable;
import io.dualwrite.jdbc.schema.Column;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Of an insert of one row, which of its parameters are the row's key. Large batches of it may run
 * as they were written, and have their keys journaled together behind them, which costs the server
 * less than half.
 */
public final class SentKeys {
  private static final int WORTH_IT = 20;

  /** Types of which a parameter's text is understood as the parameter is. */
  private static final Set<String> TYPES =
      Set.of("int2", "int4", "int8", "uuid", "text", "varchar");

  private final String journalTable;
  private final CapturedTable table;
  private final int[] parameters;

  /** Of the last batch: the next one will be like it. */
  private volatile int lastBatch;

  private volatile boolean untold;

  private SentKeys(String journalTable, CapturedTable table, int[] parameters) {
    this.journalTable = journalTable;
    this.table = table;
    this.parameters = parameters;
  }

  /** Null where the statement does not say its row's key by parameters, or not surely. */
  static @Nullable SentKeys of(String journalTable, CapturedTable table, WriteStatement insert) {
    TokenRun run = insert.run();
    int columns = insert.target().next();
    if (!insert.isInsert()
        || insert.verb() > 0
        || insert.returns()
        || insert.onConflict().isPresent()
        || table.policy() != FailurePolicy.RECOVER
        || table.key().isEmpty()
        || !table.table().userTriggers().isEmpty()
        || !run.is(columns, "(")) {
      return null;
    }
    int values = run.closing(columns) + 1;
    if (!run.is(values, "VALUES") || !run.is(values + 1, "(")) {
      return null;
    }
    int end = run.closing(values + 1);
    if (end + 1 < run.size() && !run.are(end + 1, "ON", "CONFLICT")) {
      return null;
    }
    int[] parameters = new int[table.key().size()];
    for (int i = 0; i < parameters.length; i++) {
      Column column = table.key().get(i);
      parameters[i] =
          TYPES.contains(column.baseType()) && column.typeKind() == 'b'
              ? parameter(run, position(run, columns, column.name()), values + 1, end)
              : 0;
      if (parameters[i] == 0) {
        return null;
      }
    }
    return new SentKeys(journalTable, table, parameters);
  }

  /** A column's place in the list, from 0; -1 if it is not named. */
  private static int position(TokenRun run, int open, String name) {
    int close = run.closing(open);
    int position = 0;
    for (int i = open + 1; i < close; i++) {
      if (run.is(i, ",")) {
        position++;
      } else if ((i == open + 1 || run.is(i - 1, ","))
          && run.get(i).isName()
          && Name.folded(run, i).equals(name)) {
        return position;
      }
    }
    return -1;
  }

  /** The number of the parameter that alone is the value at a position; 0 if none is. */
  private static int parameter(TokenRun run, int position, int open, int close) {
    int parameters = 0;
    int at = 0;
    boolean first = true;
    for (int i = open + 1; i < close; i++) {
      boolean inside = run.get(i).depth() > run.get(open).depth() + 1;
      if (!inside && run.is(i, ",")) {
        at++;
        first = true;
        continue;
      }
      if (run.get(i).kind() == Token.Kind.PARAMETER) {
        if (!run.textOf(i).equals("?")) {
          return 0;
        }
        parameters++;
        if (first && at == position) {
          return i + 1 == close || run.is(i + 1, ",") ? parameters : 0;
        }
      }
      first = false;
    }
    return 0;
  }

  /** Where entries go. */
  public String journalTable() {
    return journalTable;
  }

  /** The table. */
  public CapturedTable table() {
    return table;
  }

  /** The key's parameters, numbered from 1, in the key's order. */
  public int[] parameters() {
    return parameters.clone();
  }

  /** Whether the next batch will most likely be large enough, and say its keys. */
  public boolean worthIt() {
    return lastBatch >= WORTH_IT && !untold;
  }

  /** A batch did not say its keys; no later one is trusted to. */
  public void untold() {
    untold = true;
  }

  /** A batch of so many rows ran. */
  public void ran(int rows) {
    lastBatch = rows;
  }
}
