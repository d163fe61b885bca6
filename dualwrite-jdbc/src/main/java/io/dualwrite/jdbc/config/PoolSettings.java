package io.dualwrite.jdbc.config;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.util.PropertyElf;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;

/** The settings under {@code pool}: HikariCP's own, by its names. */
final class PoolSettings {
  /** Said elsewhere in the file, or by the migration itself. */
  private static final Collection<String> NOT_HERE =
      java.util.Set.of(
          "jdbcUrl",
          "username",
          "password",
          "driverClassName",
          "dataSourceClassName",
          "dataSourceJNDI",
          "credentialsProviderClassName");

  private static final Collection<String> NAMES = names();

  private PoolSettings() {}

  /**
   * The settings of one side; those that HikariCP does not have or does not accept are problems.
   */
  static Map<String, String> read(Section endpoint) {
    Map<String, String> settings = endpoint.textMap("pool", "{maximumPoolSize: 20}");
    Map<String, String> fit = new LinkedHashMap<>();
    if (settings.isEmpty()) {
      return fit;
    }
    try (Section section = endpoint.section("pool")) {
      for (Map.Entry<String, String> setting : settings.entrySet()) {
        String name = setting.getKey();
        section.names();
        if (!NAMES.contains(name)) {
          section.problem(
              name,
              "is not a setting of HikariCP that can be given here."
                  + Suggestion.didYouMean(name, NAMES)
                  + " Allowed: "
                  + String.join(", ", NAMES)
                  + ".");
        } else if (accepts(section, name, setting.getValue())) {
          fit.put(name, setting.getValue());
        }
      }
    }
    return fit;
  }

  private static boolean accepts(Section section, String name, String value) {
    Properties one = new Properties();
    one.setProperty(name, value);
    try {
      PropertyElf.setTargetFromProperties(new HikariConfig(), one);
      return true;
    } catch (RuntimeException refused) {
      Throwable cause = refused;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      section.problem(
          name,
          cause instanceof NumberFormatException
              ? "must be a number, was " + value + "."
              : "is refused by HikariCP: " + cause.getMessage() + ", was " + value + ".");
      return false;
    }
  }

  /** Those that a text can stand for. */
  private static Collection<String> names() {
    Collection<String> names = new TreeSet<>();
    for (String name : PropertyElf.getPropertyNames(HikariConfig.class)) {
      String setter = "set" + Character.toUpperCase(name.charAt(0)) + name.substring(1);
      boolean simple =
          Arrays.stream(HikariConfig.class.getMethods())
              .filter(m -> m.getName().equals(setter) && m.getParameterCount() == 1)
              .map(Method::getParameterTypes)
              .anyMatch(types -> types[0].isPrimitive() || types[0] == String.class);
      if (simple && !NOT_HERE.contains(name)) {
        names.add(name);
      }
    }
    return names;
  }
}
