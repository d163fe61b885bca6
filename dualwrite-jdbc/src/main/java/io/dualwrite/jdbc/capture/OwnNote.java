package io.dualwrite.jdbc.capture;

import io.dualwrite.FailurePolicy;
import io.dualwrite.jdbc.schema.CapturedTable;

/**
 * The condition by which a journaling statement notes, in a setting of the transaction, what it
 * journals. {@code STRICT} needs to know that at the commit, and to look into the journal would
 * make transactions under SERIALIZABLE conflict that have nothing to do with each other. A
 * savepoint that is rolled back takes its notes along.
 */
public final class OwnNote {
  /** The setting: entries as JSON, each behind a comma. */
  public static final String SETTING = "dualwrite.own";

  /** What the setting holds when there were too many. */
  public static final String TOO_MANY = "!";

  private static final int MOST_CHARACTERS = 16_000;

  private OwnNote() {}

  /** Whether writes of the table are noted. */
  public static boolean isFor(CapturedTable table) {
    return table.policy() == FailurePolicy.STRICT;
  }

  /**
   * A statement that notes that there is more than can be noted; the commit then reads the journal.
   */
  public static String tooMany() {
    return "SELECT pg_catalog.set_config('" + SETTING + "', '" + TOO_MANY + "', true)";
  }

  /**
   * A condition that is always true.
   *
   * @param name an SQL expression for the table's identity
   * @param key one for the row's key as {@code text[]}; {@code NULL} for what is no row
   */
  static String condition(String name, int keyId, String key) {
    String soFar = "pg_catalog.current_setting('" + SETTING + "', true)";
    return "pg_catalog.set_config('"
        + SETTING
        + "', CASE WHEN pg_catalog.length("
        + soFar
        + ") > "
        + MOST_CHARACTERS
        + " OR "
        + soFar
        + " = '"
        + TOO_MANY
        + "' THEN '"
        + TOO_MANY
        + "' ELSE pg_catalog.concat("
        + soFar
        + ", ',', pg_catalog.json_build_array("
        + name
        + ", "
        + keyId
        + ", "
        + key
        + ")) END, true) IS NOT NULL";
  }
}
