package io.dualwrite.reconciler.cli;

import io.dualwrite.testing.TestDatabases;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Commands over a test's databases, which are named by their URLs. */
record ByUrls(TestDatabases dbs) {
  Ran run(String... args) {
    return Ran.with(credentials(), over(args));
  }

  /** The arguments with those that name the databases. */
  String[] over(String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(
        List.of(
            "--source",
            dbs.sourceServer().jdbcUrl(dbs.database()),
            "--target",
            dbs.targetServer().jdbcUrl(dbs.database())));
    return all.toArray(String[]::new);
  }

  String next(String command) {
    return "reconciler "
        + command
        + " --source "
        + dbs.sourceServer().jdbcUrl(dbs.database())
        + " --target "
        + dbs.targetServer().jdbcUrl(dbs.database());
  }

  Map<String, String> credentials() {
    return Map.of(
        "DUALWRITE_SOURCE_USERNAME", dbs.username(),
        "DUALWRITE_SOURCE_PASSWORD", dbs.password(),
        "DUALWRITE_TARGET_USERNAME", dbs.username(),
        "DUALWRITE_TARGET_PASSWORD", dbs.password());
  }
}
