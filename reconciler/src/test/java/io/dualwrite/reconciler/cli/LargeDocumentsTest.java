package io.dualwrite.reconciler.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.testing.ChildJvm;
import io.dualwrite.testing.TestDatabases;
import io.dualwrite.testing.WithDatabases;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Documents are compared whole, not by their hashes: what differs is more than memory holds. */
@WithDatabases
class LargeDocumentsTest {
  private final TestDatabases dbs;

  LargeDocumentsTest(TestDatabases dbs) {
    this.dbs = dbs;
  }

  @Test
  void areHeldAFewAtATime() throws Exception {
    dbs.executeOnBoth("create table t (id int primary key, v jsonb)");
    for (String side : new String[] {"1", "2"}) {
      dbs.execute(
          side.equals("1") ? dbs.source() : dbs.target(),
          "insert into t select i, to_jsonb(repeat('x', 400000) || case when i % 2 = 0 then '"
              + side
              + "' else '' end) from generate_series(1, 400) i");
    }
    try (ChildJvm child =
        ChildJvm.of(Main.class)
            .jvmOptions("-Xmx96m")
            .arguments(
                "compare",
                "--source",
                dbs.sourceUrl(),
                "--target",
                dbs.targetUrl(),
                "--no-progress")
            .start()) {
      assertThat(child.await(Duration.ofMinutes(2))).as("%s", child.output()).isEqualTo(1);
      assertThat(child.output()).anyMatch(line -> line.contains("200"));
      assertThat(child.output()).noneMatch(line -> line.contains("OutOfMemory"));
    }
  }
}
