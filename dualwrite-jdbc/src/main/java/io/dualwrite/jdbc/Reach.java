package io.dualwrite.jdbc;

import static java.util.Objects.requireNonNull;

import io.dualwrite.jdbc.config.ConfigurationException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/**
 * How dualwrite's own connections reach the databases that a {@code jdbc:dualwrite:postgresql:} URL
 * names: the same servers, user and encryption as the application's, none of its session settings.
 */
final class Reach {
  /** Of PostgreSQL's driver: what is needed to get through to a server, or to its pooler. */
  private static final List<PGProperty> NEEDED =
      List.of(
          PGProperty.AUTHENTICATION_PLUGIN_CLASS_NAME,
          PGProperty.CHANNEL_BINDING,
          PGProperty.GSS_ENC_MODE,
          PGProperty.GSS_LIB,
          PGProperty.HOST_RECHECK_SECONDS,
          PGProperty.JAAS_APPLICATION_NAME,
          PGProperty.JAAS_LOGIN,
          PGProperty.KERBEROS_SERVER_NAME,
          PGProperty.LOAD_BALANCE_HOSTS,
          PGProperty.LOCAL_SOCKET_ADDRESS,
          PGProperty.PREPARE_THRESHOLD,
          PGProperty.SOCKET_FACTORY,
          PGProperty.SOCKET_FACTORY_ARG,
          PGProperty.SSL,
          PGProperty.SSL_CERT,
          PGProperty.SSL_FACTORY,
          PGProperty.SSL_HOSTNAME_VERIFIER,
          PGProperty.SSL_KEY,
          PGProperty.SSL_MODE,
          PGProperty.SSL_NEGOTIATION,
          PGProperty.SSL_PASSWORD,
          PGProperty.SSL_PASSWORD_CALLBACK,
          PGProperty.SSL_ROOT_CERT,
          PGProperty.SSPI_SERVICE_CLASS,
          PGProperty.TARGET_SERVER_TYPE,
          PGProperty.USE_SPNEGO);

  /** Classes of the application, which are handed all properties. */
  private static final List<PGProperty> FACTORIES =
      List.of(
          PGProperty.AUTHENTICATION_PLUGIN_CLASS_NAME,
          PGProperty.SOCKET_FACTORY,
          PGProperty.SSL_FACTORY);

  private Reach() {}

  /** Settings by dotted path, from the application's URL, its properties and what it set itself. */
  static Map<String, String> settings(
      String sourceUrl, Properties properties, Map<String, String> given) {
    if (!given.containsKey("target") && !given.containsKey("target.url")) {
      throw new ConfigurationException(
          List.of(
              "dualwrite.target is missing: the target's URL, URL-encoded, as in"
                  + " jdbc:dualwrite:postgresql://host/db?dualwrite.target=jdbc%3Apostgresql%3A%2F%2Fhost2%2Fdb"));
    }
    Map<String, String> all = new TreeMap<>();
    all.put("migration", "default");
    all.put("source.url", url(parsed(sourceUrl, properties)));
    all.putAll(given);
    return all;
  }

  /** User and password of the connection, for the sides that are given none of their own. */
  static Map<String, String> credentials(
      String sourceUrl, Properties properties, Map<String, String> given) {
    Properties source = parsed(sourceUrl, properties);
    Map<String, String> all = new TreeMap<>();
    if (!isGiven(given, "source", "username")) {
      put(all, "source.username", PGProperty.USER.getOrDefault(source));
      put(all, "source.password", PGProperty.PASSWORD.getOrDefault(source));
    }
    String target = given.getOrDefault("target", given.get("target.url"));
    Properties ofTarget = target == null ? null : Driver.parseURL(target, null);
    boolean named = ofTarget != null && PGProperty.USER.getOrDefault(ofTarget) != null;
    if (!named && !isGiven(given, "target", "username")) {
      put(all, "target.username", PGProperty.USER.getOrDefault(source));
      put(all, "target.password", PGProperty.PASSWORD.getOrDefault(source));
    }
    for (String side : List.of("source", "target")) {
      if (isGiven(given, side, "password")) {
        all.remove(side + ".password");
      }
    }
    return all;
  }

  private static boolean isGiven(Map<String, String> given, String side, String what) {
    return given.containsKey(side + "-" + what) || given.containsKey(side + "." + what);
  }

  private static void put(Map<String, String> all, String path, @Nullable String value) {
    if (value != null) {
      all.put(path, value);
    }
  }

  private static Properties parsed(String url, Properties properties) {
    Properties parsed = Driver.parseURL(url, properties);
    if (parsed == null) {
      throw new ConfigurationException(
          List.of(
              "the part after jdbc:dualwrite: is not a URL that PostgreSQL's driver understands, such as"
                  + " postgresql://host:5432/database"));
    }
    return parsed;
  }

  private static String url(Properties source) {
    StringBuilder url = new StringBuilder("jdbc:postgresql://");
    String[] hosts = requireNonNull(PGProperty.PG_HOST.getOrDefault(source)).split(",", -1);
    String[] ports = requireNonNull(PGProperty.PG_PORT.getOrDefault(source)).split(",", -1);
    for (int i = 0; i < hosts.length; i++) {
      url.append(i == 0 ? "" : ",").append(hosts[i]).append(':').append(ports[i % ports.length]);
    }
    url.append('/');
    String database = PGProperty.PG_DBNAME.getOrDefault(source);
    url.append(database == null ? "" : encoded(database));
    Map<String, String> parameters = new TreeMap<>();
    for (PGProperty property : NEEDED) {
      if (property.isPresent(source)) {
        put(parameters, property.getName(), property.getOrDefault(source));
      }
    }
    if (FACTORIES.stream().anyMatch(factory -> factory.isPresent(source))) {
      parameters.putAll(notTheDrivers(source));
    }
    char separator = '?';
    for (Map.Entry<String, String> parameter : parameters.entrySet()) {
      url.append(separator).append(encoded(parameter.getKey()));
      url.append('=').append(encoded(parameter.getValue()));
      separator = '&';
    }
    return url.toString();
  }

  /** What the application's own factory reads, such as the name of an instance in a cloud. */
  private static Map<String, String> notTheDrivers(Properties source) {
    Map<String, String> parameters = new TreeMap<>();
    for (String name : source.stringPropertyNames()) {
      String value = source.getProperty(name);
      if (PGProperty.forName(name) == null
          && !name.startsWith(DriverUrl.SETTING)
          && !value.equals(System.getProperty(name))) {
        parameters.put(name, value);
      }
    }
    return parameters;
  }

  private static String encoded(@Nullable String text) {
    return URLEncoder.encode(text == null ? "" : text, StandardCharsets.UTF_8);
  }
}
