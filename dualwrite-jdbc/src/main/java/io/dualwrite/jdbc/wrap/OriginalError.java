package io.dualwrite.jdbc.wrap;

import io.dualwrite.jdbc.capture.CapturePlan;
import io.dualwrite.jdbc.capture.CommandTag;
import io.dualwrite.jdbc.capture.OriginalText;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * The driver's exceptions as they would be for the text that the application gave: positions count
 * in it, and it is what is quoted.
 */
final class OriginalError {
  private static final String SYNTAX_ERROR = "42601";
  private static final String NEAR = "syntax error at or near ";
  private static final String READ_ONLY = "25006";
  private static final Pattern COMMAND =
      Pattern.compile("\\b(INSERT|SELECT(?! FOR)|UPDATE|DELETE|MERGE)\\b");
  private static final String AT_END = "syntax error at end of input";

  private final String sql;
  private final OriginalText text;
  private final boolean detail;

  private OriginalError(String sql, OriginalText text, boolean detail) {
    this.sql = sql;
    this.text = text;
    this.detail = detail;
  }

  /**
   * An exception of a statement that ran in the form of a plan.
   *
   * @param detail whether the driver tells the server's details
   */
  static SQLException of(SQLException e, String sql, CapturePlan.Captured plan, boolean detail) {
    boolean concerned =
        e instanceof BatchUpdateException
            || READ_ONLY.equals(e.getSQLState())
            || (position(e) > 0 && e.getClass() == PSQLException.class);
    if (!concerned) {
      return e;
    }
    Optional<OriginalText> text = OriginalText.of(sql, plan);
    if (text.isPresent()) {
      return new OriginalError(sql, text.get(), detail).translated(e);
    }
    return e instanceof PSQLException refused && READ_ONLY.equals(e.getSQLState())
        ? ofReadOnly(refused, sql, detail)
        : e;
  }

  private static int position(SQLException e) {
    ServerErrorMessage message =
        e instanceof PSQLException failure ? failure.getServerErrorMessage() : null;
    return message == null ? 0 : message.getPosition();
  }

  private SQLException translated(SQLException e) {
    SQLException translated =
        e instanceof BatchUpdateException batch ? ofBatch(batch) : ofServer(e);
    if (translated != e) {
      translated.setStackTrace(e.getStackTrace());
      SQLException next = e.getNextException();
      if (next != null) {
        // Of a batch it is the exception that is the cause, and so are those behind it.
        translated.setNextException(
            next == e.getCause() && translated.getCause() instanceof SQLException cause
                ? cause
                : next);
      }
      for (Throwable suppressed : e.getSuppressed()) {
        translated.addSuppressed(suppressed);
      }
    }
    return translated;
  }

  private SQLException ofBatch(BatchUpdateException e) {
    Throwable cause = e.getCause();
    Throwable translated = cause instanceof SQLException inner ? translated(inner) : cause;
    String message = String.valueOf(e.getMessage());
    if (cause != null && translated != null && translated != cause) {
      message =
          message.replace(
              String.valueOf(cause.getMessage()), String.valueOf(translated.getMessage()));
    }
    String quoted = text.quoted(message);
    return quoted.equals(e.getMessage()) && translated == cause
        ? e
        : new BatchUpdateException(
            quoted, e.getSQLState(), e.getErrorCode(), e.getLargeUpdateCounts(), translated);
  }

  private SQLException ofServer(SQLException e) {
    ServerErrorMessage server =
        e instanceof PSQLException failure ? failure.getServerErrorMessage() : null;
    if (e instanceof PSQLException refused && READ_ONLY.equals(e.getSQLState())) {
      return ofReadOnly(refused, sql, detail);
    }
    if (server == null || server.getPosition() <= 0) {
      return e;
    }
    OptionalInt position = text.position(server.getPosition());
    String message = String.valueOf(server.getMessage());
    if (position.isEmpty()
        && SYNTAX_ERROR.equals(server.getSQLState())
        && message.startsWith(NEAR)) {
      // The server met what was added where it expected more of the application's text.
      position = text.endPosition();
      message = AT_END;
    }
    if (position.isEmpty()
        || (position.getAsInt() == server.getPosition() && message.equals(server.getMessage()))) {
      return e;
    }
    return translated(e, rebuilt(server, message, position.getAsInt(), server.getWhere()), detail);
  }

  /** The server names the command that it refuses, of the text that ran. */
  private static SQLException ofReadOnly(PSQLException e, String sql, boolean detail) {
    ServerErrorMessage server = e.getServerErrorMessage();
    if (server == null) {
      return e;
    }
    String message = String.valueOf(server.getMessage());
    String given =
        CommandTag.ofFirstWrite(sql)
            .map(tag -> COMMAND.matcher(message).replaceFirst(tag))
            .orElse(message);
    // Where a block was added, it says so.
    String where = sql.contains("$") ? server.getWhere() : null;
    return given.equals(message) && Objects.equals(where, server.getWhere())
        ? e
        : translated(e, rebuilt(server, given, 0, where), detail);
  }

  private static SQLException translated(
      SQLException e, ServerErrorMessage message, boolean detail) {
    PSQLException translated = new PSQLException(message, detail);
    if (e.getCause() != null) {
      translated.initCause(e.getCause());
    }
    return translated;
  }

  /** In the form in which the server sends it: fields that begin with a letter. */
  private static ServerErrorMessage rebuilt(
      ServerErrorMessage server, String message, int position, @Nullable String where) {
    StringBuilder fields = new StringBuilder();
    add(fields, 'S', server.getSeverity());
    add(fields, 'C', server.getSQLState());
    add(fields, 'M', message);
    add(fields, 'D', server.getDetail());
    add(fields, 'H', server.getHint());
    add(fields, 'P', position > 0 ? String.valueOf(position) : null);
    add(fields, 'W', where);
    add(fields, 's', server.getSchema());
    add(fields, 't', server.getTable());
    add(fields, 'c', server.getColumn());
    add(fields, 'd', server.getDatatype());
    add(fields, 'n', server.getConstraint());
    add(fields, 'F', server.getFile());
    add(fields, 'L', server.getLine() > 0 ? String.valueOf(server.getLine()) : null);
    add(fields, 'R', server.getRoutine());
    add(fields, 'q', server.getInternalQuery());
    add(
        fields,
        'p',
        server.getInternalPosition() > 0 ? String.valueOf(server.getInternalPosition()) : null);
    return new ServerErrorMessage(fields.toString());
  }

  private static void add(StringBuilder fields, char letter, @Nullable String value) {
    if (value != null) {
      fields.append(letter).append(value).append('\0');
    }
  }
}
