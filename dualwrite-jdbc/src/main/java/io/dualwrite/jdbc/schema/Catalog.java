package io.dualwrite.jdbc.schema;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * One database's user tables as its catalog described them at one moment. Immutable; {@link
 * #fingerprint(Connection, String)} tells whether the database has changed since.
 *
 * <p>Left out: system and temporary schemas, the control schema, and what belongs to TimescaleDB
 * itself.
 */
public final class Catalog {
  private final int serverVersion;
  private final String fingerprint;
  private final SortedMap<TableName, Table> tables;
  private final Map<String, Table> tablesByText;
  private final Map<Long, Table> tablesByOid;
  private final Map<Long, Relation> relations;
  private final Set<Long> inheritance;
  private final Set<String> writingFunctions;
  private final Set<String> writingAttributes;
  private final Set<String> namingFunctions;
  private final List<OwnedSequence> sequences;

  Catalog(
      int serverVersion,
      String fingerprint,
      Collection<Table> tables,
      Collection<Relation> relations,
      Set<Long> inheritance,
      Set<String> writingFunctions,
      Set<String> writingAttributes,
      Set<String> namingFunctions,
      List<OwnedSequence> sequences) {
    this.serverVersion = serverVersion;
    this.fingerprint = fingerprint;
    this.tables = new TreeMap<>();
    tables.forEach(t -> this.tables.put(t.name(), t));
    this.tablesByText =
        tables.stream()
            .collect(Collectors.toUnmodifiableMap(t -> t.name().toString(), t -> t, (a, b) -> a));
    this.tablesByOid = tables.stream().collect(Collectors.toUnmodifiableMap(Table::oid, t -> t));
    this.relations =
        relations.stream().collect(Collectors.toUnmodifiableMap(Relation::oid, r -> r));
    this.inheritance = Set.copyOf(inheritance);
    this.writingFunctions = Set.copyOf(writingFunctions);
    this.writingAttributes = Set.copyOf(writingAttributes);
    this.namingFunctions = Set.copyOf(namingFunctions);
    this.sequences = List.copyOf(sequences);
  }

  /**
   * Reads the catalog, in one snapshot and a handful of queries however many tables there are.
   *
   * <p>With auto-commit on it runs in a read-only transaction of its own; else within the caller's
   * transaction, whose isolation then decides about the snapshot. Session settings are as before
   * afterwards.
   *
   * @param controlSchema the schema of the journal, whose tables are not listed
   */
  public static Catalog read(Connection connection, String controlSchema) throws SQLException {
    return new CatalogReader(connection, controlSchema).read();
  }

  /**
   * Reads the catalog as the transaction under way on the connection sees it, with what it has
   * changed itself, whether it was begun by the driver or in SQL. The transaction is as before
   * afterwards.
   *
   * @throws UnreadCatalogException if the catalog could not be read and the transaction can go on
   * @throws SQLException if it cannot go on
   */
  public static Catalog readUncommitted(Connection connection, String controlSchema)
      throws SQLException {
    return new CatalogReader(connection, controlSchema).readUncommitted();
  }

  /**
   * A text that differs when the tables, columns, keys, partitions, rules, triggers, functions or
   * privileges differ; far cheaper than {@link #read}. Runs one query on the connection as it is.
   */
  public static String fingerprint(Connection connection, String controlSchema)
      throws SQLException {
    return CatalogFingerprint.of(connection, controlSchema);
  }

  /** The fingerprint at the time of reading. */
  public String fingerprint() {
    return fingerprint;
  }

  /** {@code server_version_num}: 170011 for 17.11. */
  public int serverVersion() {
    return serverVersion;
  }

  /** All user tables, by name; partitions and chunks are part of their root. */
  public Collection<Table> tables() {
    return Collections.unmodifiableCollection(tables.values());
  }

  /** The table of that name. */
  public Optional<Table> table(TableName name) {
    return Optional.ofNullable(tables.get(name));
  }

  /** The table whose {@code schema.name} is that text. */
  public Optional<Table> table(String name) {
    return Optional.ofNullable(tablesByText.get(name));
  }

  /** The table of that oid; for a partition, the table that it is part of. */
  public Optional<Table> tableByOid(long oid) {
    Relation relation = relations.get(oid);
    return relation == null
        ? Optional.empty()
        : Optional.ofNullable(tablesByOid.get(relation.root()));
  }

  /** The user relation of that oid. */
  public Optional<Relation> relation(long oid) {
    return Optional.ofNullable(relations.get(oid));
  }

  /** The tables and partitions that a table's rows can be written through, by the table's oid. */
  public Map<Long, List<Relation>> parts() {
    return relations.values().stream()
        .filter(r -> r.kind().isTable() || r.kind() == RelationKind.FOREIGN_TABLE)
        .sorted(Comparator.comparing(Relation::name))
        .collect(Collectors.groupingBy(Relation::root));
  }

  /** The tables that a view reads, through other views as well. */
  public Set<Table> tablesBehind(Relation view) {
    Set<Table> found = new HashSet<>();
    Set<Long> seen = new HashSet<>();
    Deque<Long> open = new ArrayDeque<>(view.reads());
    while (!open.isEmpty()) {
      long oid = open.pop();
      if (seen.add(oid)) {
        tableByOid(oid).ifPresent(found::add);
        relation(oid).ifPresent(r -> open.addAll(r.reads()));
      }
    }
    return found;
  }

  /**
   * Whether the table has parents or children by plain inheritance (not as a partition or a chunk).
   */
  public boolean inherits(Table table) {
    return inheritance.contains(table.oid());
  }

  /**
   * Whether some function or procedure of that name (without schema, in the catalog's case) is
   * user-defined and volatile, and so may write.
   */
  public boolean mayWrite(String functionName) {
    return writingFunctions.contains(functionName);
  }

  /** Whether {@code row.name} may call such a function, as no table has a column of that name. */
  public boolean mayWriteAsAttribute(String name) {
    return writingAttributes.contains(name);
  }

  /**
   * Whether some function or procedure of that name is user-defined and may change what names mean
   * from then on: the search path, or the role.
   */
  public boolean mayChangeNames(String functionName) {
    return namingFunctions.contains(functionName);
  }

  /** The sequences that belong to columns. */
  public List<OwnedSequence> sequences() {
    return sequences;
  }

  @Override
  public String toString() {
    return tables.size() + " tables, " + fingerprint;
  }
}
