package io.dualwrite.jdbc.capture;

import io.dualwrite.jdbc.schema.CapturedTable;
import java.sql.SQLException;
import java.util.List;

/** Says what a table name in a statement means on the connection that the statement runs on. */
public interface TableResolver {

  /** What a name can mean. */
  sealed interface Relation {
    /** A mirrored table. */
    record Mirrored(CapturedTable table) implements Relation {}

    /**
     * A table that is not mirrored on purpose, a system table.
     *
     * @param triggersChangeNames whether its triggers may change what names mean from then on
     */
    record NotMirrored(boolean triggersChangeNames) implements Relation {
      /** One without triggers that change what names mean. */
      public NotMirrored() {
        this(false);
      }
    }

    /** A temporary table: never mirrored, and seen by this session alone. */
    record Temporary() implements Relation {}

    /**
     * A relation through which a mirrored table may be written, but not captured: a view, a
     * partition, a table with rules.
     */
    record Uncapturable(String reason, String explanation) implements Relation {}

    /** No such relation: the statement will fail by itself. */
    record Unknown() implements Relation {}
  }

  /**
   * Resolves a possibly schema-qualified name.
   *
   * @param nameAsWritten as in the statement, quotes included: {@code app."Orders"}, {@code
   *     flights}
   */
  Relation resolve(String nameAsWritten) throws SQLException;

  /**
   * Whether a table created under this name, in the schema where it would be created if none is
   * written, is one that the configuration selects.
   */
  boolean wouldMirror(String nameAsWritten) throws SQLException;

  /**
   * Whether a function of that name (as written, perhaps qualified) may write: user-defined and
   * volatile.
   */
  boolean mayWrite(String functionNameAsWritten) throws SQLException;

  /**
   * Whether what stands behind a dot, a name as the catalog holds it, is a call of such a function.
   */
  boolean mayWriteAsAttribute(String name) throws SQLException;

  /**
   * Whether a function of that name (as written, perhaps qualified) may change what names mean from
   * then on: user-defined, of whatever volatility.
   */
  boolean mayChangeNames(String functionNameAsWritten) throws SQLException;

  /**
   * The mirrored tables that {@code TRUNCATE … CASCADE} of a table empties beside it: those that
   * reference it, and so on. The table itself may be mirrored or not.
   */
  List<CapturedTable> cascade(String nameAsWritten) throws SQLException;
}
