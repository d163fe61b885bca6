package io.dualwrite.jdbc.config;

import java.nio.charset.StandardCharsets;

/**
 * Where the journal lives.
 *
 * @param schema the control schema, of the same name on both sides
 */
public record JournalConfig(String schema) {

  /** Schema {@code dualwrite}. */
  public static final JournalConfig DEFAULT = new JournalConfig("dualwrite");

  public JournalConfig {
    Check.that(
        !schema.isEmpty()
            && schema.getBytes(StandardCharsets.UTF_8).length <= 63
            && !schema.startsWith("pg_")
            && schema.indexOf('\0') < 0,
        "journal.schema must be a schema name of 1 to 63 bytes that does not start with pg_, was "
            + schema);
  }
}
