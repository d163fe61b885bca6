package io.dualwrite.jdbc.trigger;

import java.util.Locale;

/** What a statement does to a table; each has a trigger of its own, as the server wants it. */
enum CaptureEvent {
  INSERT(4, "REFERENCING NEW TABLE AS " + CaptureEvent.NEW),
  UPDATE(16, "REFERENCING OLD TABLE AS " + CaptureEvent.OLD + " NEW TABLE AS " + CaptureEvent.NEW),
  DELETE(8, "REFERENCING OLD TABLE AS " + CaptureEvent.OLD),
  TRUNCATE(32, "");

  /** The rows as a statement left them. */
  static final String NEW = "dualwrite_new";

  /** The rows as a statement found them. */
  static final String OLD = "dualwrite_old";

  private final int type;
  private final String referencing;

  CaptureEvent(int type, String referencing) {
    this.type = type;
    this.referencing = referencing;
  }

  /** As {@code pg_trigger.tgtype} has it for a trigger after each statement. */
  int type() {
    return type;
  }

  /** What stands between the event and {@code FOR EACH STATEMENT}. */
  String referencing() {
    return referencing;
  }

  /** In names. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  boolean hasOldRows() {
    return this == UPDATE || this == DELETE;
  }

  boolean hasNewRows() {
    return this == INSERT || this == UPDATE;
  }
}
