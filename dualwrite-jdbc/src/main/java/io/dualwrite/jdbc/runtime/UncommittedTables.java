package io.dualwrite.jdbc.runtime;

import io.dualwrite.FailurePolicy;
import io.dualwrite.jdbc.capture.ForwardingTableResolver;
import io.dualwrite.jdbc.capture.TableResolver;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.jdbc.copy.Failures;
import io.dualwrite.jdbc.resolve.Relations;
import io.dualwrite.jdbc.schema.CapturedTable;
import io.dualwrite.jdbc.schema.CapturedTables;
import io.dualwrite.jdbc.schema.Catalog;
import io.dualwrite.jdbc.schema.UnreadCatalogException;
import io.dualwrite.jdbc.wrap.SessionNames;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What names mean to a transaction that has changed the schema: what they mean to all, and for
 * tables that others do not see yet, what it sees itself. Nothing found here is shared with other
 * sessions. Lives for one plan, on the connection's thread.
 *
 * <p>Writes to such tables are journaled, whatever the policy would be: rows that memory names can
 * be delivered only to tables that delivery knows. Under {@code STRICT} they stay unmirrored:
 * nobody could write them to the secondary before the commit.
 */
final class UncommittedTables extends ForwardingTableResolver {
  private static final Logger LOG = LoggerFactory.getLogger(UncommittedTables.class);

  private final CapturedTables sharedTables;
  private final Connection raw;
  private final SessionNames session;
  private final MigrationConfig config;
  private boolean met;

  /** What the transaction sees, kept with the session until it changes the schema again. */
  private record Seen(Relations relations, Map<String, Relation> byName, PlanCache plans) {}

  UncommittedTables(
      TableResolver shared,
      CapturedTables sharedTables,
      Connection raw,
      SessionNames session,
      MigrationConfig config) {
    super(shared);
    this.sharedTables = sharedTables;
    this.raw = raw;
    this.session = session;
    this.config = config;
  }

  /** The cache of plans that hold for this transaction alone, if there are any. */
  static Optional<PlanCache> plans(SessionNames session) {
    return session.uncommitted() instanceof Seen seen
        ? Optional.of(seen.plans())
        : Optional.empty();
  }

  /** Whether a name was met that means to this transaction what it means to no other. */
  boolean met() {
    return met;
  }

  @Override
  public Relation resolve(String nameAsWritten) throws SQLException {
    if (session.uncommitted() instanceof Seen seen && seen.byName().containsKey(nameAsWritten)) {
      met = true;
      return seen.byName().get(nameAsWritten);
    }
    Relation relation = super.resolve(nameAsWritten);
    if (!isNew(relation)) {
      return relation;
    }
    Optional<Seen> seen = see();
    if (seen.isEmpty()) {
      return relation;
    }
    Relation own = seen.get().relations().on(raw, session, oid -> {}).resolve(nameAsWritten);
    if (isNew(own)) {
      return own;
    }
    Relation meaning = own instanceof Relation.Mirrored mirrored ? mirrored(mirrored.table()) : own;
    met = true;
    seen.get().byName().put(nameAsWritten, meaning);
    return meaning;
  }

  static boolean isNew(Relation relation) {
    return relation instanceof Relation.Uncapturable uncapturable
        && uncapturable.reason().equals(Relations.NEW);
  }

  /** A new partition may be one of a table that all know. */
  private Relation mirrored(CapturedTable table) {
    Optional<CapturedTable> known = known(sharedTables, table);
    if (known.isPresent()) {
      return new Relation.Mirrored(known.get());
    }
    if (table.policy() == FailurePolicy.STRICT) {
      return new Relation.Uncapturable(
          Relations.NEW,
          table.journalName()
              + " was created by this very transaction, which STRICT cannot write to both sides."
              + " Create and fill it in two transactions.");
    }
    return new Relation.Mirrored(journaled(table));
  }

  private static CapturedTable journaled(CapturedTable table) {
    return new CapturedTable(
        table.journalName(),
        table.table(),
        table.key(),
        table.rangeColumn(),
        table.keyId(),
        FailurePolicy.RECOVER,
        table.sliced());
  }

  /** The same table as all know it, if they do. */
  static Optional<CapturedTable> known(CapturedTables tables, CapturedTable table) {
    return tables.tables().stream().filter(t -> t.table().oid() == table.table().oid()).findFirst();
  }

  private Optional<Seen> see() throws SQLException {
    if (session.uncommitted() instanceof Seen seen) {
      return Optional.of(seen);
    }
    Catalog catalog;
    try {
      catalog = Catalog.readUncommitted(raw, config.journal().schema());
    } catch (UnreadCatalogException e) {
      LOG.warn(
          "migration {}: the tables that a transaction has created cannot be read: {}",
          config.migration(),
          Failures.describe(e));
      return Optional.empty();
    }
    CapturedTables tables = CapturedTables.of(sharedTables.primary(), catalog, config);
    Seen seen = new Seen(new Relations(catalog, tables, config), new HashMap<>(), new PlanCache());
    session.seeUncommitted(seen);
    return Optional.of(seen);
  }

  /** A foreign key may be as new as a table. */
  @Override
  public List<CapturedTable> cascade(String nameAsWritten) throws SQLException {
    List<CapturedTable> tables = new ArrayList<>(super.cascade(nameAsWritten));
    Optional<Seen> seen = see();
    if (seen.isPresent()) {
      for (CapturedTable table :
          seen.get().relations().on(raw, session, oid -> {}).cascade(nameAsWritten)) {
        if (tables.stream().noneMatch(t -> t.journalName().equals(table.journalName()))) {
          met = true;
          tables.add(known(sharedTables, table).orElseGet(() -> journaled(table)));
        }
      }
    }
    return tables;
  }
}
