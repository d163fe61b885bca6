package io.dualwrite.reconciler.inspect;

import io.dualwrite.Side;
import io.dualwrite.jdbc.schema.TablePair;
import java.util.ArrayList;
import java.util.List;

/** What two servers make of the same migration. */
final class ServerChecks {
  /** Connections of the reconciler beside those for its windows. */
  private static final int SPARE = 4;

  /** HikariCP's own default, which pools of the application have unless they are told. */
  private static final int APPLICATION_POOL = 10;

  private final BothFacts both;
  private final Findings findings;
  private final ServerFacts source;
  private final ServerFacts target;

  private ServerChecks(BothFacts both, Findings findings) {
    this.both = both;
    this.findings = findings;
    this.source = both.source().server();
    this.target = both.target().server();
  }

  static void look(BothFacts both, Findings findings) {
    ServerChecks checks = new ServerChecks(both, findings);
    checks.sameDatabase();
    for (Side side : Side.values()) {
      checks.writable(side);
      checks.version(side);
      checks.connections(side);
    }
    checks.versions();
    checks.encodings();
    checks.collations();
    checks.settings();
    checks.durability();
    checks.prepared();
    checks.largeObjects();
    checks.extensions();
    checks.looseSequences();
  }

  private void sameDatabase() {
    boolean same =
        source.started().equals(target.started())
            && source.database().equals(target.database())
            && both.mirror().tables().stream().anyMatch(ServerChecks::itself);
    if (same) {
      findings.add(
          Severity.BLOCKS,
          "same-database",
          "source and target are the same database: tables would be mirrored to themselves.",
          "Correct source.url or target.url.");
    }
  }

  private static boolean itself(TablePair pair) {
    return pair.source().oid() == pair.target().oid();
  }

  private void writable(Side side) {
    ServerFacts server = both.on(side).server();
    if (server.replica()) {
      findings.add(
          Severity.BLOCKS,
          "standby",
          side.label() + ": the server is a standby, which cannot be written.",
          "Name the primary server in " + side.label() + ".url.");
    } else if (server.readOnly()) {
      findings.add(
          Severity.BLOCKS,
          "read-only",
          side.label() + ": default_transaction_read_only is on for this user or database.",
          "ALTER ROLE or ALTER DATABASE … RESET default_transaction_read_only;");
    }
  }

  private void version(Side side) {
    int version = both.on(side).server().versionNumber();
    if (version < 130_000) {
      findings.add(
          Severity.BLOCKS,
          "server-version",
          side.label() + ": PostgreSQL " + both.on(side).server().version() + " is too old.",
          "PostgreSQL 13 or newer is needed.");
    } else if (version < 140_000) {
      findings.add(
          Severity.SLOW,
          "server-version",
          side.label()
              + ": PostgreSQL "
              + both.on(side).server().version()
              + " has no hash of whole rows.",
          "compare uses --checksum text, at two to three times the cost. From PostgreSQL 14 on it need not.");
    }
  }

  private void versions() {
    if (target.versionNumber() / 10_000 < source.versionNumber() / 10_000) {
      findings.add(
          Severity.NOTE,
          "older-target",
          "the target is the older PostgreSQL: "
              + target.version()
              + " behind "
              + source.version()
              + ".",
          "Make sure that the application's SQL runs there, before the target becomes primary.");
    }
  }

  private void connections(Side side) {
    ServerFacts server = both.on(side).server();
    int wanted = both.options().parallelism() + SPARE;
    String has =
        side.label()
            + ": compare and backfill take up to "
            + wanted
            + " connections, and the server gives this user ";
    String fix =
        "Lower reconciler.parallelism, or raise max_connections (or the connection limit of the role or database).";
    if (wanted > server.maxConnections()) {
      findings.add(
          Severity.BLOCKS,
          "connections",
          has + "no more than " + server.maxConnections() + ".",
          fix);
    } else if (wanted > server.freeConnections()) {
      findings.add(
          Severity.SLOW,
          "connections",
          has + server.freeConnections() + " more at this moment.",
          fix);
    }
  }

  private void encodings() {
    if (source.encoding().equals(target.encoding())) {
      return;
    }
    boolean unchecked = source.encoding().equals("SQL_ASCII");
    if (target.encoding().equals("UTF8") && !unchecked) {
      return;
    }
    findings.add(
        Severity.LOSES,
        "encoding",
        "encodings differ: "
            + source.encoding()
            + " on the source, "
            + target.encoding()
            + " on the target. "
            + (unchecked
                ? "Texts of the source may hold bytes that are no characters, which the target refuses."
                : "Characters that the target's does not have are refused there."),
        "Create the target's database with "
            + (unchecked ? "the encoding that the texts really have." : "ENCODING 'UTF8'."));
  }

  private void collations() {
    List<String> differs = new ArrayList<>();
    if (!source.collation().equals(target.collation())) {
      differs.add(source.collation() + " on the source, " + target.collation() + " on the target");
    } else if (!source.collationVersion().equals(target.collationVersion())) {
      differs.add(
          "version "
              + source.collationVersion()
              + " on the source, "
              + target.collationVersion()
              + " on the target");
    }
    if (!differs.isEmpty()) {
      findings.add(
          Severity.NOTE,
          "collation",
          "collations differ: "
              + differs.get(0)
              + ". Copying and comparing do not depend on it; the order of texts, ranges over texts and upper/lower case will.",
          "Look at queries that sort or page by text before reads move to the target.");
    }
  }

  private void settings() {
    List<String> lost =
        source.settings().stream().filter(s -> !target.settings().contains(s)).sorted().toList();
    if (!lost.isEmpty()) {
      findings.add(
          Severity.NOTE,
          "settings",
          "set for the database or the role on the source, not on the target: "
              + Some.of(lost)
              + ".",
          "ALTER DATABASE … SET or ALTER ROLE … SET them on the target, where the application relies on them.");
    }
  }

  private void durability() {
    if (source.asynchronousCommit()) {
      findings.add(
          Severity.LOSES,
          "asynchronous-commit",
          "source: synchronous_commit is off, so that a crash of the server may take back what the target already has.",
          "ALTER DATABASE or ALTER ROLE … SET synchronous_commit = on; otherwise compare after every crash of the source (extra rows).");
    }
    if (source.asynchronousStandbys() > 0) {
      findings.add(
          Severity.NOTE,
          "asynchronous-standby",
          "source: "
              + (source.asynchronousStandbys() == 1
                  ? "a standby follows"
                  : source.asynchronousStandbys() + " standbys follow")
              + " asynchronously. One that is promoted after a crash may lack writes that the target already has.",
          "Run `reconciler compare` after a failover: it shows them as extra.");
    }
  }

  private void prepared() {
    if (!both.config().usesStrict()) {
      return;
    }
    int pool =
        both.config()
            .source()
            .map(e -> e.pool().get("maximumPoolSize"))
            .map(Integer::parseInt)
            .orElse(APPLICATION_POOL);
    if (target.maxPrepared() == 0) {
      findings.add(
          Severity.NOTE,
          "strict-one-phase",
          "target: max_prepared_transactions is 0, so STRICT commits in one phase: a crash between the two commits is put right by delivery, not held back.",
          "For two phases set it to the connections of all instances together, "
              + pool
              + " each, and restart the server.");
    } else if (target.maxPrepared() < pool) {
      findings.add(
          Severity.LOSES,
          "strict-prepared",
          "target: max_prepared_transactions is "
              + target.maxPrepared()
              + ", and one instance alone may prepare "
              + pool
              + " at once: STRICT commits beyond that fail.",
          "Set max_prepared_transactions to the connections of all instances together, and restart the server.");
    }
  }

  private void largeObjects() {
    boolean referred =
        both.mirror().tables().stream()
            .flatMap(p -> p.source().columns().stream())
            .anyMatch(c -> c.baseType().equals("oid") || c.type().endsWith("lo"));
    if (source.largeObjects() && referred) {
      findings.add(
          Severity.LOSES,
          "large-objects",
          "source: the database holds large objects, which are not mirrored; columns of type oid are copied as numbers.",
          "Move them into bytea columns, or copy them by other means.");
    }
  }

  private void extensions() {
    List<String> missing =
        both.source().extensions().keySet().stream()
            .filter(e -> !both.target().extensions().containsKey(e))
            .toList();
    for (String extension : missing) {
      boolean available = both.target().available().contains(extension);
      findings.add(
          Severity.NOTE,
          "extension-missing",
          "extension "
              + extension
              + " "
              + both.source().extensions().get(extension)
              + " is on the source and not on the target.",
          available
              ? "CREATE EXTENSION \""
                  + extension
                  + "\"; on the target, where the application uses it."
              : "Install it on the target's server first, where the application uses it; it is not available there.");
    }
  }

  private void looseSequences() {
    List<String> loose = both.source().looseSequences();
    if (!loose.isEmpty()) {
      findings.add(
          Severity.NOTE,
          "loose-sequence",
          "sequences that belong to no column: "
              + Some.of(loose)
              + ". Their values are not mirrored.",
          "ALTER SEQUENCE … OWNED BY the column that it fills, or set them by hand when the target becomes primary.");
    }
  }
}
