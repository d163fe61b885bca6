package io.dualwrite.jdbc.copy;

import static java.util.stream.Collectors.joining;

import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** What a database's failure means for copying, and how it may be told without row values. */
public final class Failures {
  private static final String CANCELED = "57014";

  /** What types that have a syntax call a text that breaks it: 42 is of statements else. */
  private static final Set<String> MALFORMED = Set.of("42601", "42602");

  /** Classes of which a row is the reason, whoever says so. */
  private static final Set<String> OF_ROWS = Set.of("0A", "22", "23", "27", "44", "54", "P0");

  /** Classes of connections, sessions, transactions, statements, tables and servers. */
  private static final Set<String> NOT_OF_ROWS =
      Set.of(
          "03", "08", "0B", "0F", "0L", "0P", "24", "25", "26", "28", "2B", "2D", "34", "3B", "3D",
          "3F", "40", "42", "53", "55", "57", "58", "72", "F0", "HV", "XX");

  /** Classes whose messages are the server's own and quote no values, beside those above. */
  private static final Set<String> OTHERS =
      Set.of("00", "01", "02", "09", "0Z", "20", "21", "2F", "39");

  private Failures() {}

  /**
   * Whether the secondary refused a row (a value, a constraint, a trigger), as opposed to failing.
   * Trying it again will not help. A trigger may say any SQLSTATE: one that PostgreSQL gives no
   * meaning is the row's.
   */
  public static boolean refusesRow(SQLException failure) {
    String state = failure.getSQLState();
    if (state == null || state.length() != 5) {
      return false;
    }
    boolean ofRow =
        message(failure) == null
            ? OF_ROWS.contains(state.substring(0, 2))
            : !NOT_OF_ROWS.contains(state.substring(0, 2));
    return ofRow || breaksTypeSyntax(failure);
  }

  /**
   * {@link #refusesRow} as an SQL condition, for a failure of which the server itself knows no more
   * than the SQLSTATE.
   *
   * @param state an SQL expression for it
   */
  public static String refusesRowSql(String state) {
    return NOT_OF_ROWS.stream()
            .sorted()
            .collect(joining("', '", "left(" + state + ", 2) NOT IN ('", "')"))
        + MALFORMED.stream().sorted().collect(joining("', '", " OR " + state + " IN ('", "')"));
  }

  /**
   * Whether the tables or privileges on the secondary are not what they should be: no row of the
   * table can be written.
   */
  public static boolean refusesTable(SQLException failure) {
    String state = failure.getSQLState();
    return state != null
        && (state.startsWith("42") || state.startsWith("3F") || state.equals("25006"))
        && !breaksTypeSyntax(failure);
  }

  /**
   * Whether it was the text of a value. Of a statement's own text the server says where in it, be
   * it a trigger's; PL/pgSQL says nothing of the kind where it does not like a statement's form.
   */
  private static boolean breaksTypeSyntax(SQLException failure) {
    ServerErrorMessage message = message(failure);
    return message != null
        && MALFORMED.contains(String.valueOf(failure.getSQLState()))
        && message.getPosition() == 0
        && message.getInternalPosition() == 0
        && (isRaised(message) || !String.valueOf(message.getRoutine()).startsWith("exec_"));
  }

  private static boolean isRaised(ServerErrorMessage message) {
    return "exec_stmt_raise".equals(message.getRoutine());
  }

  /**
   * Whether a server that was asked to commit has answered that it rolled back, as opposed to not
   * having answered, or being about to end.
   */
  public static boolean rolledBack(SQLException failure) {
    String state = failure.getSQLState();
    return message(failure) != null
        && state != null
        && (refusesRow(failure) || (state.startsWith("40") && !state.equals("40003")));
  }

  /** What kind of failure of the secondary it is, for a metric: few different ones. */
  public static String reason(SQLException failure) {
    String state = failure.getSQLState();
    if (state == null || state.startsWith("08")) {
      return "unreachable";
    }
    return state.equals(CANCELED) || state.equals("55P03") ? "timed-out" : "failed-" + state;
  }

  /** Whether a statement was ended by its time limit. */
  public static boolean isTimeout(SQLException failure) {
    return CANCELED.equals(failure.getSQLState());
  }

  /** The constraint that was violated, if the server named one. */
  static @Nullable String constraint(SQLException failure) {
    ServerErrorMessage message = message(failure);
    return message == null ? null : message.getConstraint();
  }

  /** What the server said, a batch's failure included. */
  private static @Nullable ServerErrorMessage message(SQLException failure) {
    Throwable said = failure instanceof BatchUpdateException ? failure.getCause() : failure;
    return said instanceof PSQLException e ? e.getServerErrorMessage() : null;
  }

  /**
   * SQLState and message, without the detail and, for data exceptions, without the message that
   * quotes the value.
   */
  public static String describe(Throwable failure) {
    if (!(failure instanceof SQLException e)) {
      return failure.getClass().getSimpleName()
          + (failure.getMessage() == null ? "" : ": " + failure.getMessage());
    }
    String state = e.getSQLState() == null ? "no SQLState" : e.getSQLState();
    ServerErrorMessage message = message(e);
    if (message == null && e instanceof BatchUpdateException) {
      // Its own message quotes the statement with its values.
      return "a batch failed (" + state + ")";
    }
    if (message == null) {
      String text = String.valueOf(e.getMessage());
      return e.getSQLState() == null || text.contains(state) ? text : text + " (" + state + ")";
    }
    if (isRaised(message) || quotesValue(state, message)) {
      return "the value was refused (" + state + column(message) + ")";
    }
    return message.getMessage() + " (" + state + ")";
  }

  /**
   * Data exceptions do, and who knows what functions in other languages or with SQLSTATEs of their
   * own say. Only the parser of SQL and its analysis quote a statement's text, in which no values
   * are.
   */
  private static boolean quotesValue(String state, ServerErrorMessage message) {
    String of = state.substring(0, Math.min(2, state.length()));
    if (of.equals("22")
        || of.equals("P0")
        || !(OF_ROWS.contains(of) || NOT_OF_ROWS.contains(of) || OTHERS.contains(of))) {
      return true;
    }
    String routine = String.valueOf(message.getRoutine());
    return MALFORMED.contains(state)
        && !routine.equals("scanner_yyerror")
        && !routine.equals("plpgsql_yyerror")
        && !routine.startsWith("exec_")
        && !routine.startsWith("transform");
  }

  private static String column(ServerErrorMessage message) {
    return (message.getTable() == null ? "" : ", table " + message.getTable())
        + (message.getColumn() == null ? "" : ", column " + message.getColumn())
        + (message.getRoutine() == null ? "" : ", in " + message.getRoutine());
  }
}
