package io.dualwrite.jdbc.config;

import io.dualwrite.Side;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;

/**
 * How to reach one database. Printing it shows no password.
 *
 * @param url a JDBC URL of PostgreSQL; credentials in it work too
 * @param username the user, if not in the URL
 * @param password its password, if not in the URL
 * @param pool HikariCP settings by their property names
 */
public record EndpointConfig(
    String url, Optional<String> username, Optional<String> password, Map<String, String> pool) {
  private static final Pattern URL_SECRET =
      Pattern.compile(
          "([?&][^=&]*(?:password|passphrase|secret|token)[^=&]*=)[^&]*", Pattern.CASE_INSENSITIVE);

  /** A password may have signs in it that should have been escaped. */
  private static final Pattern URL_USER_INFO = Pattern.compile("(//[^/@:?]*:)[^?]*@");

  /** In a URL that is no JDBC URL, a question mark too. */
  private static final Pattern OTHER_USER_INFO = Pattern.compile("(?s)(//[^/@:?]*:).*@");

  public EndpointConfig {
    Check.that(
        new Driver().acceptsURL(url),
        "url must be a JDBC URL of PostgreSQL, such as jdbc:postgresql://host:5432/database, was "
            + withoutSecrets(url));
    pool = Map.copyOf(pool);
  }

  /** Without pool settings. */
  public static EndpointConfig of(String url, String username, String password) {
    return new EndpointConfig(url, Optional.of(username), Optional.of(password), Map.of());
  }

  /** With credentials in the URL, in a password file, or not needed. */
  public static EndpointConfig of(String url) {
    return new EndpointConfig(url, Optional.empty(), Optional.empty(), Map.of());
  }

  static EndpointConfig ofUrl(
      Side side, String url, Function<String, @Nullable String> environment) {
    String prefix = "DUALWRITE_" + side.name();
    try {
      return new EndpointConfig(
          url,
          Optional.ofNullable(environment.apply(prefix + "_USERNAME")),
          Optional.ofNullable(environment.apply(prefix + "_PASSWORD")),
          Map.of());
    } catch (ConfigurationException refused) {
      throw new ConfigurationException(
          refused.problems().stream().map(p -> "--" + side.label() + ": " + p).toList());
    }
  }

  /** The URL for messages: the values of parameters that may be secret are replaced. */
  public String displayUrl() {
    return withoutSecrets(url);
  }

  /** A URL for messages, as {@link #displayUrl} shows it. */
  public static String withoutSecrets(String url) {
    Pattern userInfo = url.startsWith("jdbc:postgresql:") ? URL_USER_INFO : OTHER_USER_INFO;
    return userInfo.matcher(URL_SECRET.matcher(url).replaceAll("$1***")).replaceAll("$1***@");
  }

  @Override
  public String toString() {
    return displayUrl() + username.map(u -> " as " + u).orElse("");
  }
}
