package io.dualwrite.jdbc.shadow;

import org.jspecify.annotations.Nullable;

/**
 * A query that the primary has answered.
 *
 * @param sql its text as the application gave it
 * @param binding its parameters
 * @param session in what session it ran
 */
public record ShadowRead(String sql, Binding binding, Session session) {
  /**
   * What of a session changes the answer to a query. A setting that is not known is left as it is.
   *
   * @param names role and effective search path: {@code app {pg_catalog,public}}
   */
  public record Session(
      String names,
      @Nullable String timeZone,
      @Nullable String dateStyle,
      @Nullable String intervalStyle) {

    /** The effective search path as an array's text. */
    String searchPath() {
      return names.substring(names.lastIndexOf(" {") + 1);
    }

    /** Whether this user has the session's role. */
    boolean isOf(String user) {
      return names.startsWith(user + " {");
    }

    /** Whether temporary tables may hide others. */
    boolean hasTemporaryTables() {
      return names.contains("pg_temp_");
    }
  }
}
