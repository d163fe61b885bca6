package io.dualwrite.jdbc;

import java.sql.DriverPropertyInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What tools are told of the settings that stand in URLs and properties. Any other key of the YAML
 * file works as well, under its dotted path.
 */
enum DriverProperty {
  TARGET("target", "The target's JDBC URL; in a URL it is URL-encoded"),
  TARGET_USERNAME("target-username", "The target's user, if it differs from the source's"),
  TARGET_PASSWORD("target-password", "The target's password"),
  SOURCE_USERNAME("source-username", "The user of dualwrite's own connections to the source"),
  SOURCE_PASSWORD("source-password", "Its password"),
  MIGRATION("migration", "The migration's name in control tables, metrics and locks"),
  PHASE("phase", "The initial phase", "SOURCE_ONLY", "SOURCE_PRIMARY", "TARGET_ONLY"),
  FAILURE_POLICY(
      "failure-policy",
      "What a write does when the secondary fails",
      "STRICT",
      "RECOVER",
      "BEST_EFFORT"),
  DELIVERY("delivery", "Whether commit waits for the secondary", "ASYNC", "SYNC"),
  UNMIRRORED(
      "unmirrored", "What happens to a write that cannot be mirrored", "FAIL", "WARN", "IGNORE"),
  TABLES_INCLUDE("tables.include", "Tables that are mirrored, as globs with commas between"),
  TABLES_EXCLUDE("tables.exclude", "Tables that are not mirrored, likewise"),
  SECONDARY_TIMEOUT("secondary.timeout", "The longest wait for the secondary, such as 2s"),
  KILL_SWITCH_FILE("kill-switch.file", "The switch is engaged while this file exists"),
  JOURNAL_SCHEMA("journal.schema", "The control schema");

  private final String path;
  private final String description;
  private final List<String> choices;

  DriverProperty(String path, String description, String... choices) {
    this.path = path;
    this.description = description;
    this.choices = List.of(choices);
  }

  private String propertyName() {
    return DriverUrl.SETTING + path;
  }

  static boolean isKnown(String name) {
    for (DriverProperty property : values()) {
      if (property.propertyName().equals(name)) {
        return true;
      }
    }
    return false;
  }

  /** All of them, and after them others that are set. */
  static List<DriverPropertyInfo> describe(Map<String, String> settings, boolean targetNeeded) {
    List<DriverPropertyInfo> all = new ArrayList<>();
    for (DriverProperty property : values()) {
      DriverPropertyInfo info = info(property.path, settings.get(property.path));
      info.description = property.description;
      info.required = targetNeeded && property == TARGET;
      if (!property.choices.isEmpty()) {
        info.choices = property.choices.toArray(String[]::new);
      }
      all.add(info);
    }
    settings.forEach(
        (path, value) -> {
          if (!isKnown(DriverUrl.SETTING + path)) {
            all.add(info(path, value));
          }
        });
    return all;
  }

  private static DriverPropertyInfo info(String path, @Nullable String value) {
    return new DriverPropertyInfo(DriverUrl.SETTING + path, value);
  }
}
