package io.dualwrite.jdbc;

import io.dualwrite.Side;
import io.dualwrite.jdbc.config.ConfigurationException;
import io.dualwrite.jdbc.config.EndpointConfig;
import io.dualwrite.jdbc.config.MigrationConfig;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * A {@code jdbc:dualwrite:} URL with its properties, taken apart: what names the migration, what
 * sets it, and what goes to PostgreSQL's driver.
 *
 * @param location the file's path or {@code classpath:} name; for {@code
 *     jdbc:dualwrite:postgresql:} the source's URL without parameters
 * @param parameters of the URL, as they are written, but for those of dualwrite
 * @param settings of dualwrite by dotted path, without {@code dualwrite.}
 * @param properties all others
 */
record DriverUrl(
    String location, String parameters, Map<String, String> settings, Properties properties) {
  static final String PREFIX = "jdbc:dualwrite:";
  static final String SETTING = "dualwrite.";
  private static final String POSTGRESQL = "postgresql:";
  private static final String CLASS_PATH = "classpath:";

  /** What names one migration in this process: connections with equal keys share its machinery. */
  record Key(String location, Map<String, String> settings) {
    /**
     * The configuration.
     *
     * @param credentials for what it does not say
     */
    MigrationConfig load(Map<String, String> credentials) {
      if (!location.isEmpty()) {
        return MigrationConfig.load(location, settings);
      }
      Map<String, String> all = new TreeMap<>(credentials);
      all.putAll(settings);
      return MigrationConfig.ofSettings(all);
    }

    /** Not the settings: a password may be among them. */
    @Override
    public String toString() {
      return location.isEmpty() ? "a URL" : location;
    }
  }

  static boolean isOurs(String url) {
    return url.startsWith(PREFIX) && url.length() > PREFIX.length();
  }

  /** Whether the source's URL is here rather than in a file. */
  static boolean isDirect(String url) {
    return url.startsWith(POSTGRESQL, PREFIX.length());
  }

  /** Takes a URL apart; where URL and properties name the same setting, the URL's counts. */
  static DriverUrl parse(String url, Properties info) {
    int query = url.indexOf('?');
    String head = query < 0 ? url : url.substring(0, query);
    Map<String, String> settings = new TreeMap<>();
    Properties properties = without(info, settings);
    List<String> others = new ArrayList<>();
    for (String parameter : query < 0 ? new String[0] : url.substring(query + 1).split("&", -1)) {
      String name = decoded(parameter.replaceFirst("=.*", ""), "a parameter's name");
      if (name.startsWith(SETTING)) {
        int equals = parameter.indexOf('=');
        settings.put(
            name.substring(SETTING.length()),
            equals < 0 ? "" : decoded(parameter.substring(equals + 1), name));
      } else if (!parameter.isEmpty()) {
        others.add(parameter);
      }
    }
    String location = (isDirect(url) ? "jdbc:" : "") + head.substring(PREFIX.length());
    return new DriverUrl(location, String.join("&", others), settings, properties);
  }

  /**
   * Those that are not of dualwrite; the others are moved to {@code settings}. What merely stands
   * in the system's properties, for another use, is no setting.
   */
  private static Properties without(Properties info, Map<String, String> settings) {
    Properties others = new Properties();
    others.putAll(info);
    for (String name : info.stringPropertyNames()) {
      if (!name.startsWith(SETTING)) {
        others.setProperty(name, info.getProperty(name));
        continue;
      }
      others.remove(name);
      if (!info.getProperty(name).equals(System.getProperty(name))
          || DriverProperty.isKnown(name)) {
        settings.put(name.substring(SETTING.length()), info.getProperty(name));
      }
    }
    return others;
  }

  private static String decoded(String text, String name) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(
          name + " in the URL is not URL-encoded: a % must be followed by two hexadecimal digits",
          e);
    }
  }

  Key key() {
    if (location.startsWith("jdbc:")) {
      return new Key("", Reach.settings(sourceUrl(location), properties, settings));
    }
    if (location.startsWith(CLASS_PATH)) {
      return new Key(location, Map.copyOf(settings));
    }
    try {
      return new Key(
          Path.of(location).toAbsolutePath().normalize().toString(), Map.copyOf(settings));
    } catch (InvalidPathException e) {
      throw new ConfigurationException("not the path of a configuration file: " + location, e);
    }
  }

  /**
   * The connection's own, for what the migration does by itself. Connections of several users share
   * one migration, and so the first one's.
   */
  Map<String, String> credentials() {
    return location.startsWith("jdbc:")
        ? Reach.credentials(sourceUrl(location), properties, settings)
        : Map.of();
  }

  private String sourceUrl(String url) {
    if (parameters.isEmpty()) {
      return url;
    }
    return url + (url.indexOf('?') < 0 ? '?' : '&') + parameters;
  }

  /** The URL for PostgreSQL's driver that reaches a side. */
  String urlOf(Side side, MigrationConfig config) {
    boolean direct = location.startsWith("jdbc:") && side == Side.SOURCE;
    return sourceUrl(direct ? location : endpoint(side, config).url());
  }

  /** The properties for PostgreSQL's driver; credentials that are not given are the file's. */
  Properties propertiesOf(Side side, MigrationConfig config) {
    boolean given = properties.getProperty("user") != null;
    if (location.startsWith("jdbc:") ? side == Side.SOURCE : given) {
      return properties;
    }
    Properties all = new Properties();
    all.putAll(properties);
    EndpointConfig endpoint = endpoint(side, config);
    endpoint.username().ifPresent(user -> all.setProperty("user", user));
    endpoint.password().ifPresent(password -> all.setProperty("password", password));
    return all;
  }

  private static EndpointConfig endpoint(Side side, MigrationConfig config) {
    return config.endpoint(side).orElseThrow();
  }
}
