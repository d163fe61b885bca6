package io.dualwrite.reconciler.backfill.file;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are changed or removed behind a load's back. */
class SourceFilesTest {
  @TempDir private Path directory;

  @Test
  void whatIsReadByTheEngineIsLookedAtAgain() throws Exception {
    Path path = Files.writeString(directory.resolve("a.csv"), "id\n1\n");
    try (Engine engine = Engine.open()) {
      SourceFiles files = new SourceFiles(engine, Optional.empty());
      // A URL that needs no extension.
      SourceFile file = url(engine, path);
      files.requireUnchanged(file);

      Files.writeString(path, "id\n1\n2\n");

      assertThatThrownBy(() -> files.requireUnchanged(file))
          .isInstanceOf(FileReadException.class)
          .hasMessageContaining("was changed while it was loaded");
      Files.delete(path);
      assertThatThrownBy(() -> files.requireUnchanged(file)).isInstanceOf(FileReadException.class);
    }
  }

  private static SourceFile url(Engine engine, Path path) throws SQLException {
    String url = "file://" + path;
    List<String> row =
        engine
            .rows("SELECT size, last_modified FROM read_blob(" + Engine.literal(url) + ")")
            .get(0);
    return new SourceFile(url, FileFormat.CSV, Long.parseLong(row.get(0)), row.get(1));
  }
}
