package io.dualwrite.reconciler.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dualwrite.jdbc.prepared.PreparedId;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code reconciler status} shows in how many phases STRICT commits, and what is left prepared. */
@WithDatabases
class StrictStatusTest {
  private final TestDatabases dbs;
  @TempDir private Path directory;

  StrictStatusTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  private Ran run(String policy, String... args) throws IOException {
    Path file = directory.resolve("dualwrite.yaml");
    Files.writeString(
        file,
        """
        migration: m
        source: {url: "%s", username: %s, password: "%s"}
        target: {url: "%s", username: %2$s, password: "%3$s"}
        failure-policy: %s
        """
            .formatted(
                dbs.sourceServer().jdbcUrl(dbs.database()),
                dbs.username(),
                dbs.password(),
                dbs.targetServer().jdbcUrl(dbs.database()),
                policy));
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("-c", file.toString()));
    return Ran.of(all.toArray(String[]::new));
  }

  private JsonNode json(String policy) throws IOException {
    return new ObjectMapper().readTree(run(policy, "status", "--format", "json").out());
  }

  @Test
  void twoPhasesAndWhatIsPrepared() throws Exception {
    run("STRICT", "init");
    assertThat(run("STRICT", "status").out()).contains("strict     two phases · 0 prepared\n");
    assertThat(run("RECOVER", "status").out()).doesNotContain("strict");
    String id = PreparedId.of("m", "0", "4000000000", Instant.now(), Instant.now()).text();
    dbs.execute(dbs.target(), "BEGIN; CREATE TABLE t (i int); PREPARE TRANSACTION '" + id + "'");
    try {
      assertThat(run("STRICT", "status").out())
          .containsPattern("strict     two phases · 1 prepared, oldest [0-9.]+ s\n");
      JsonNode strict = json("RECOVER").get("strict");
      assertThat(strict.get("phases").asInt()).isEqualTo(2);
      assertThat(strict.get("prepared").asInt()).isEqualTo(1);
      assertThat(strict.get("oldestPreparedMillis").asLong()).isNotNegative();
    } finally {
      dbs.execute(dbs.target(), "ROLLBACK PREPARED '" + id + "'");
    }
    assertThat(json("RECOVER").has("strict")).isFalse();
  }

  @Test
  @WithDatabases(dedicated = true, settings = "max_prepared_transactions=0")
  void onePhaseWhereTheTargetPreparesNothing() throws Exception {
    run("STRICT", "init");
    assertThat(run("STRICT", "status").out())
        .contains(
            "strict     one phase, with the journal (the target has max_prepared_transactions = 0) · 0 prepared\n");
    assertThat(json("STRICT").get("strict").get("phases").asInt()).isEqualTo(1);
  }
}
