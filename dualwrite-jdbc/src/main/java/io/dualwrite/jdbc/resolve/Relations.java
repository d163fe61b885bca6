package io.dualwrite.jdbc.resolve;

import io.dualwrite.Side;
import io.dualwrite.jdbc.capture.TableResolver;
import io.dualwrite.jdbc.capture.TableResolver.Relation;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.schema.CapturedTable;
import io.dualwrite.jdbc.schema.CapturedTables;
import io.dualwrite.jdbc.schema.Catalog;
import io.dualwrite.jdbc.schema.ForeignKey;
import io.dualwrite.jdbc.schema.Refused;
import io.dualwrite.jdbc.schema.Table;
import io.dualwrite.jdbc.schema.TableName;
import io.dualwrite.jdbc.wrap.SessionNames;
import java.sql.Connection;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;

/**
 * What the primary's relations mean to the migration, as of one reading of its catalog. Shared by
 * all connections; safe for use by many threads. When the schema changes, a new one takes its
 * place.
 */
public final class Relations {
  /** Why writes to a table are not mirrored that the catalog does not know yet. */
  public static final String NEW = "new";

  private final Catalog catalog;
  private final MigrationConfig config;
  private final Map<Long, CapturedTable> mirrored;
  private final Map<Long, String> unseen;
  private final Map<Long, Refused> refused;
  private final Map<String, String> identities = new HashMap<>();
  private final Map<TableName, List<Table>> children = new HashMap<>();
  private final Map<CacheKey, Relation> cache = new ConcurrentHashMap<>();

  /**
   * Of one primary.
   *
   * @param catalog the primary's
   * @param captured made of the same catalog
   * @param config the migration's
   */
  public Relations(Catalog catalog, CapturedTables captured, MigrationConfig config) {
    this(catalog, captured, config, Map.of());
  }

  /**
   * The same under {@code capture: TRIGGER}.
   *
   * @param unseen why triggers do not see what is written to a table or partition, by its oid
   */
  public Relations(
      Catalog catalog, CapturedTables captured, MigrationConfig config, Map<Long, String> unseen) {
    this.unseen = unseen;
    this.catalog = catalog;
    this.config = config;
    this.mirrored =
        captured.tables().stream()
            .collect(Collectors.toUnmodifiableMap(t -> t.table().oid(), t -> t));
    if (captured.primary() == Side.TARGET) {
      config
          .tables()
          .overrides()
          .forEach((identity, o) -> o.target().ifPresent(name -> identities.put(name, identity)));
    }
    Map<String, Refused> byIdentity =
        captured.refused().stream().collect(Collectors.toMap(Refused::table, r -> r, (a, b) -> a));
    this.refused = new HashMap<>();
    for (Table table : catalog.tables()) {
      Refused refusal = byIdentity.get(identity(table.name().toString()));
      if (refusal != null) {
        refused.put(table.oid(), refusal);
      }
      for (ForeignKey key : table.foreignKeys()) {
        children.computeIfAbsent(key.parent(), t -> new ArrayList<>()).add(table);
      }
    }
  }

  /**
   * What names mean on a connection. The look-ups run on it, within its current transaction; none
   * of them can raise an error that would abort it.
   *
   * @param raw the primary's connection
   * @param session how names resolve on it; its search path is filled in
   * @param unknown told the oid of each relation met that the catalog does not know: it should be
   *     read anew
   */
  public TableResolver on(Connection raw, SessionNames session, LongConsumer unknown) {
    return new CatalogResolver(this, raw, session, unknown);
  }

  /** The cached meaning of a name in sessions of that role and path. */
  Optional<Relation> cached(String session, WrittenName name) {
    return Optional.ofNullable(cache.get(new CacheKey(session, name)));
  }

  void cache(String session, WrittenName name, Relation relation) {
    cache.put(new CacheKey(session, name), relation);
  }

  String journalSchema() {
    return config.journal().schema();
  }

  boolean mayWrite(String function) {
    return catalog.mayWrite(function);
  }

  boolean mayWriteAsAttribute(String name) {
    return catalog.mayWriteAsAttribute(name);
  }

  boolean mayChangeNames(String function) {
    return catalog.mayChangeNames(function);
  }

  Optional<Table> table(FoundRelation found) {
    return catalog.tableByOid(found.oid());
  }

  /** Whether the answer holds as long as this catalog does. */
  boolean knows(FoundRelation found) {
    return isForeign(found.schema()) || catalog.relation(found.oid()).isPresent();
  }

  /** The meaning of a relation, privileges aside. */
  Relation meaning(FoundRelation found, LongConsumer unknown) {
    if (found.temporary()) {
      return found.kind() == 'v'
          ? new Relation.Uncapturable(
              "view", found.name() + " is a temporary view. Write to the table behind it.")
          : new Relation.Temporary();
    }
    if (isForeign(found.schema())) {
      return new Relation.NotMirrored();
    }
    String name = found.schema() + "." + found.name();
    if (found.schema().startsWith("_timescaledb_")) {
      return new Relation.Uncapturable(
          "chunk", name + " is a part of a hypertable. Write to the hypertable itself.");
    }
    return catalog
        .relation(found.oid())
        .map(this::known)
        .orElseGet(
            () -> {
              unknown.accept(found.oid());
              return config.tables().selects(identity(name)) || found.partition()
                  ? new Relation.Uncapturable(
                      NEW,
                      name + " was created after the catalog was read, which is read again now.")
                  : new Relation.NotMirrored();
            });
  }

  private Relation known(io.dualwrite.jdbc.schema.Relation relation) {
    return switch (relation.kind()) {
      case TABLE, PARTITIONED_TABLE -> table(relation);
      case VIEW -> view(relation);
      case FOREIGN_TABLE -> foreignTable(relation);
      case MATERIALIZED_VIEW, SEQUENCE, OTHER -> new Relation.NotMirrored();
    };
  }

  private Relation table(io.dualwrite.jdbc.schema.Relation relation) {
    CapturedTable table = mirrored.get(relation.root());
    Refused refusal = refused.get(relation.root());
    if (table != null && relation.redirected()) {
      return new Relation.Uncapturable(
          "rule",
          relation.name()
              + " is a partition with rewrite rules. Drop them, or write to its table.");
    }
    String hole = unseen.get(relation.oid());
    if (table != null && hole != null) {
      return new Relation.Uncapturable("no-trigger", hole + ". Run `reconciler init`.");
    }
    if (table != null) {
      return new Relation.Mirrored(table);
    }
    return refusal == null
        ? new Relation.NotMirrored(
            catalog.tableByOid(relation.oid()).filter(Table::triggersChangeNames).isPresent())
        : new Relation.Uncapturable(refusal.reason(), refusal.explanation());
  }

  /**
   * A view is as harmless as what stands behind it, unless its writes go where only its rules and
   * triggers know.
   */
  private Relation view(io.dualwrite.jdbc.schema.Relation view) {
    Set<Table> behind = catalog.tablesBehind(view);
    boolean selected =
        behind.stream().anyMatch(t -> config.tables().selects(identity(t.name().toString())));
    return selected || view.redirected()
        ? new Relation.Uncapturable(
            "view", view.name() + " is a view. Write to the table behind it.")
        : new Relation.NotMirrored();
  }

  private Relation foreignTable(io.dualwrite.jdbc.schema.Relation relation) {
    return config.tables().selects(identity(relation.name().toString()))
            || relation.root() != relation.oid()
        ? new Relation.Uncapturable(
            "foreign-table",
            relation.name()
                + " is a foreign table: its rows are kept elsewhere. Exclude it, or mirror it where they are.")
        : new Relation.NotMirrored();
  }

  /** Whether a table of that name would be mirrored. */
  boolean selects(String schema, String name) {
    return !schema.equals("pg_temp")
        && !isForeign(schema)
        && config.tables().selects(identity(schema + "." + name));
  }

  /** The mirrored tables that refer to a table, to those, and so on; the table itself left out. */
  List<CapturedTable> referencing(Table table) {
    Set<Table> found = new LinkedHashSet<>();
    Deque<Table> open = new ArrayDeque<>(List.of(table));
    while (!open.isEmpty()) {
      for (Table child : children.getOrDefault(open.pop().name(), List.of())) {
        if (child.oid() != table.oid() && found.add(child)) {
          open.push(child);
        }
      }
    }
    return found.stream()
        .flatMap(t -> Optional.ofNullable(mirrored.get(t.oid())).stream())
        .toList();
  }

  private String identity(String name) {
    return identities.getOrDefault(name, name);
  }

  private boolean isForeign(String schema) {
    return schema.startsWith("pg_")
        || schema.equals("information_schema")
        || schema.equals(config.journal().schema());
  }

  private record CacheKey(String session, WrittenName name) {}
}
