package io.dualwrite.reconciler.backfill.file;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reading from URLs, which DuckDB does by an extension that it fetches from the internet once. What
 * opens an S3 bucket is taken from the environment, where AWS' own tools look for it.
 */
record ObjectStorage(Engine engine, Map<String, String> environment) {
  private static final Set<String> SCHEMES =
      Set.of("http", "https", "s3", "s3a", "s3n", "gcs", "gs", "r2");

  ObjectStorage(Engine engine) {
    this(engine, System.getenv());
  }

  /**
   * Has the engine read URLs like that.
   *
   * @throws FileReadException if the extension cannot be had
   */
  void prepare(String url) {
    String scheme = url.substring(0, url.indexOf("://")).toLowerCase(Locale.ROOT);
    if (!SCHEMES.contains(scheme)) {
      throw new IllegalArgumentException(
          "--file: " + scheme + ":// is not read; a path, https:// or s3:// is (or gs://, r2://)");
    }
    load();
    if (scheme.startsWith("s3")) {
      secret().ifPresent(this::create);
    }
  }

  private void load() {
    try {
      engine.run("LOAD httpfs");
    } catch (SQLException notThere) {
      try {
        engine.run("INSTALL httpfs");
        engine.run("LOAD httpfs");
      } catch (SQLException e) {
        throw new FileReadException(
            "URLs are read by DuckDB's extension httpfs, which it fetches from extensions.duckdb.org into ~/.duckdb at"
                + " the first use; that failed: "
                + FileReadException.said(e)
                + " Allow it, or download the file and give its path");
      }
    }
  }

  private void create(String secret) {
    try {
      engine.run(secret);
    } catch (SQLException e) {
      // What was said may repeat the key: neither that nor the cause goes on from here.
      throw new FileReadException(
          "the S3 credentials of the environment were not accepted by DuckDB");
    }
  }

  /** Empty where the environment has no key: the bucket is public then. */
  Optional<String> secret() {
    List<String> parts = new ArrayList<>(List.of("TYPE s3"));
    part("AWS_ACCESS_KEY_ID").ifPresent(v -> parts.add("KEY_ID " + v));
    part("AWS_SECRET_ACCESS_KEY").ifPresent(v -> parts.add("SECRET " + v));
    part("AWS_SESSION_TOKEN").ifPresent(v -> parts.add("SESSION_TOKEN " + v));
    part("AWS_REGION")
        .or(() -> part("AWS_DEFAULT_REGION"))
        .ifPresent(v -> parts.add("REGION " + v));
    Optional<String> endpoint = Optional.ofNullable(environment.get("AWS_ENDPOINT_URL"));
    endpoint.ifPresent(
        url -> {
          parts.add("ENDPOINT " + Engine.literal(url.replaceFirst("^https?://", "")));
          parts.add("USE_SSL " + !url.startsWith("http://"));
          parts.add("URL_STYLE 'path'");
        });
    return parts.size() == 1
        ? Optional.empty()
        : Optional.of("CREATE OR REPLACE SECRET dualwrite_s3 (" + String.join(", ", parts) + ")");
  }

  private Optional<String> part(String variable) {
    return Optional.ofNullable(environment.get(variable))
        .filter(v -> !v.isBlank())
        .map(Engine::literal);
  }
}
