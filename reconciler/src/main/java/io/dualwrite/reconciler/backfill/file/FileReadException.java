package io.dualwrite.reconciler.backfill.file;

import java.sql.SQLException;
import java.util.regex.Pattern;

/** A file could not be read. The message has no values of it. */
public final class FileReadException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private static final String INVALID_STATE = "state machine";
  private static final Pattern QUOTED = Pattern.compile("'[^']*'?|\"[^\"]*\"?");

  FileReadException(String message) {
    super(message);
  }

  FileReadException(String message, Throwable cause) {
    super(message, cause);
  }

  /** The first line of what was said, without anything in quotes. */
  static FileReadException of(String file, SQLException cause) {
    return new FileReadException(file + " could not be read: " + said(cause));
  }

  static boolean isOutOfMemory(SQLException cause) {
    return String.valueOf(cause.getMessage()).contains("Out of Memory");
  }

  static String said(SQLException cause) {
    String said = String.valueOf(cause.getMessage()).lines().findFirst().orElse("no reason given");
    String plain = QUOTED.matcher(said).replaceAll("…").replaceFirst("[.]?$", ".");
    return said.contains(INVALID_STATE)
        ? plain
            + " Its quotes are not as they should be, or some lines end in LF and others in CRLF."
        : plain;
  }
}
