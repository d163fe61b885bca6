package io.dualwrite.reconciler.backfill.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** No bucket is at hand: what is told to the engine, and what is said when it does not work. */
class ObjectStorageTest {
  @Test
  void credentialsComeFromTheEnvironment() throws SQLException {
    try (Engine engine = Engine.open()) {
      ObjectStorage storage =
          new ObjectStorage(
              engine,
              Map.of(
                  "AWS_ACCESS_KEY_ID", "key",
                  "AWS_SECRET_ACCESS_KEY", "it's secret",
                  "AWS_DEFAULT_REGION", "eu-north-1",
                  "AWS_ENDPOINT_URL", "http://minio:9000"));

      assertThat(storage.secret())
          .hasValue(
              "CREATE OR REPLACE SECRET dualwrite_s3 (TYPE s3, KEY_ID 'key', SECRET 'it''s secret', REGION 'eu-north-1',"
                  + " ENDPOINT 'minio:9000', USE_SSL false, URL_STYLE 'path')");
      assertThat(new ObjectStorage(engine, Map.of()).secret()).isEmpty();
    }
  }

  @Test
  void whatCannotBeFetchedIsSaidWithoutSecrets() {
    try (Engine engine = Engine.open()) {
      SourceFiles files = new SourceFiles(engine, java.util.Optional.empty());

      // Either DuckDB's extension cannot be had here, or nobody listens at that port.
      assertThatThrownBy(
              () ->
                  files.find(
                      List.of("http://me:word@127.0.0.1:1/a.csv?signature=abc"),
                      Path.of("bad.csv")))
          .isInstanceOf(FileReadException.class)
          .hasMessageNotContainingAny("word", "abc");
    }
  }

  @Test
  void secretsOfUrlsAreNotShown() {
    assertThat(SourceFile.shown("https://me:word@host/a.csv?signature=abc"))
        .isEqualTo("https://host/a.csv");
    assertThat(SourceFile.shown("https://me:se/cr@et@host/a.csv"))
        .isEqualTo("https://…@host/a.csv");
    assertThat(SourceFile.shown("s3://bucket/a?.csv?x")).isEqualTo("s3://bucket/a");
    assertThat(SourceFile.shown("/tmp/a?b@c.csv")).isEqualTo("/tmp/a?b@c.csv");
  }

  @Test
  void theEndOfANameSaysHowAFileIsWritten() {
    assertThat(FileFormat.of("https://host/A.CSV.gz?x=.parquet")).hasValue(FileFormat.CSV);
    assertThat(FileFormat.of("/a/b.parquet")).hasValue(FileFormat.PARQUET);
    assertThat(FileFormat.of("/a/b.txt")).isEmpty();
    assertThat(FileFormat.hasTabs("x.tsv.zst")).isTrue();
  }
}
