package io.dualwrite.jdbc.trigger;

import com.google.common.hash.Hashing;
import io.dualwrite.jdbc.schema.Identifiers;
import java.nio.charset.StandardCharsets;

/**
 * What capture by triggers calls its objects: functions, a sequence and one trigger lie in the
 * control schema; triggers on mirrored tables carry its name, so that those of two migrations of
 * one source are told apart.
 */
final class TriggerNames {
  /** The server cuts longer names off. */
  private static final int LONGEST = 63;

  private final String schema;

  TriggerNames(String schema) {
    this.schema = schema;
  }

  String schema() {
    return schema;
  }

  /** The control schema's object of that name, for SQL. */
  String sql(String name) {
    return Identifiers.quote(schema) + "." + Identifiers.quote(name);
  }

  /** Of the trigger on each mirrored table. */
  String trigger(CaptureEvent event) {
    String name = schema + "_" + event.label();
    if (name.getBytes(StandardCharsets.UTF_8).length <= LONGEST) {
      return name;
    }
    return "dualwrite_" + hash(schema) + "_" + event.label();
  }

  static String hash(String text) {
    return Hashing.sha256().hashString(text, StandardCharsets.UTF_8).toString().substring(0, 16);
  }
}
