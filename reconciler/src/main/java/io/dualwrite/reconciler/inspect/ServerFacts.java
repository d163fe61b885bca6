package io.dualwrite.reconciler.inspect;

import java.util.List;

/**
 * A server and a database as they present themselves to the configured user.
 *
 * @param version as people write it, {@code 17.11}
 * @param versionNumber {@code server_version_num}
 * @param database the database's name
 * @param user the role that the configuration logs in as
 * @param encoding the database's encoding
 * @param collation the database's collation, with its provider
 * @param collationVersion the version of that collation when the database was made; empty where it
 *     has none
 * @param settings names of settings that are set for the database or the role
 * @param maxConnections how many connections the server, the database and the role allow at most,
 *     reserved ones left out
 * @param usedConnections how many are in use now, those of this command left out
 * @param maxPrepared {@code max_prepared_transactions}
 * @param replica whether it is a standby, which can only be read
 * @param readOnly whether transactions are read-only unless they say otherwise
 * @param asynchronousCommit whether a crash of the server may take back what it has committed
 * @param asynchronousStandbys how many standbys follow it asynchronously, as far as the user may
 *     see
 * @param mayCreate whether the user may create schemas in the database
 * @param mayUseTemporary whether the user may create temporary tables
 * @param largeObjects whether the database holds large objects
 * @param started when the server was started, for telling servers apart
 */
public record ServerFacts(
    String version,
    int versionNumber,
    String database,
    String user,
    String encoding,
    String collation,
    String collationVersion,
    List<String> settings,
    int maxConnections,
    int usedConnections,
    int maxPrepared,
    boolean replica,
    boolean readOnly,
    boolean asynchronousCommit,
    int asynchronousStandbys,
    boolean mayCreate,
    boolean mayUseTemporary,
    boolean largeObjects,
    String started) {
  public ServerFacts {
    settings = List.copyOf(settings);
  }

  /** How many connections are left. */
  public int freeConnections() {
    return Math.max(0, maxConnections - usedConnections);
  }
}
