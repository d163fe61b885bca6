package io.dualwrite.jdbc.trigger;

import io.dualwrite.jdbc.schema.CapturedTable;
import io.dualwrite.jdbc.schema.CapturedTables;
import io.dualwrite.jdbc.schema.Catalog;
import io.dualwrite.jdbc.schema.Column;
import io.dualwrite.jdbc.schema.Relation;
import io.dualwrite.jdbc.schema.RelationKind;
import io.dualwrite.jdbc.trigger.Coverage.Hole;
import io.dualwrite.jdbc.trigger.InstalledTriggers.Installed;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The triggers that the mirrored tables of one database have to have, as of one reading of its
 * catalog, to be held against those that there are. Immutable.
 */
public final class WantedTriggers {
  private final TriggerNames names;
  private final List<RelationTriggers> relations;
  private final List<Hole> impossible;

  private WantedTriggers(
      TriggerNames names, List<RelationTriggers> relations, List<Hole> impossible) {
    this.names = names;
    this.relations = relations;
    this.impossible = impossible;
  }

  /** Of the tables that are captured, their partitions included. */
  public static WantedTriggers of(
      String schema, String migration, Catalog catalog, CapturedTables tables) {
    TriggerNames names = new TriggerNames(schema);
    Map<Long, List<Relation>> parts = catalog.parts();
    List<RelationTriggers> relations = new ArrayList<>();
    List<Hole> impossible = new ArrayList<>();
    for (CapturedTable table : tables.tables()) {
      List<Relation> ofTable = parts.getOrDefault(table.table().oid(), List.of());
      Optional<Relation> foreign =
          ofTable.stream().filter(r -> r.kind() == RelationKind.FOREIGN_TABLE).findFirst();
      if (foreign.isPresent()) {
        // Transition tables cannot hold its rows: the application's statements would fail.
        impossible.add(
            new Hole(
                table.journalName(),
                table.table().oid(),
                table.journalName()
                    + " cannot have triggers that capture, because its partition "
                    + foreign.get().name()
                    + " is a foreign table. Detach it, or use capture: STATEMENT.",
                false));
        continue;
      }
      for (Relation part : ofTable) {
        relations.add(
            RelationTriggers.of(
                names, migration, table, part.oid(), part.name(), catalog.serverVersion()));
      }
    }
    return new WantedTriggers(names, List.copyOf(relations), List.copyOf(impossible));
  }

  /** Whether any are there at all, of whatever tables. */
  public static boolean areThere(Connection connection, String schema) throws SQLException {
    return !InstalledTriggers.read(connection, schema).byRelation().isEmpty();
  }

  List<RelationTriggers> relations() {
    return relations;
  }

  /** What is there of them. */
  public Coverage compare(Connection connection) throws SQLException {
    return compare(InstalledTriggers.read(connection, names.schema()));
  }

  Coverage compare(InstalledTriggers installed) {
    List<Hole> holes = new ArrayList<>(impossible);
    for (RelationTriggers relation : relations) {
      Map<CaptureEvent, String> wrong = unable(relation, installed);
      if (!wrong.isEmpty()) {
        holes.add(
            new Hole(
                relation.table().journalName(),
                relation.oid(),
                relation.name() + ": " + String.join(", ", wrong.values()),
                true));
      } else if (installed.replicated().contains(relation.oid())) {
        holes.add(
            new Hole(
                relation.table().journalName(),
                relation.oid(),
                relation.name()
                    + " is written by a subscription, and rows that logical replication brings fire no triggers for statements",
                false));
      }
    }
    boolean any = installed.followsControl() || !installed.byRelation().isEmpty();
    return new Coverage(
        any,
        relations.size() + impossible.size(),
        holes,
        installed.followsControl() || !any
            ? List.of()
            : List.of(
                "the control table has no trigger "
                    + ControlTrigger.NAME
                    + " that always fires, so that the other triggers do not follow the kill switch"));
  }

  /** What of a relation's triggers is not as it would be installed, by event. */
  Map<CaptureEvent, String> wrong(RelationTriggers relation, InstalledTriggers installed) {
    return wrong(relation, installed, event -> List.of(relation.function(event)));
  }

  /** Why a relation's triggers do not name what they are to name, by event. */
  Map<CaptureEvent, String> unable(RelationTriggers relation, InstalledTriggers installed) {
    return wrong(relation, installed, relation::able);
  }

  private Map<CaptureEvent, String> wrong(
      RelationTriggers relation,
      InstalledTriggers installed,
      Function<CaptureEvent, List<CaptureFunction>> accepted) {
    Map<String, Installed> byName = new HashMap<>();
    installed
        .byRelation()
        .getOrDefault(relation.oid(), List.of())
        .forEach(trigger -> byName.put(trigger.name(), trigger));
    Map<CaptureEvent, String> wrong = new EnumMap<>(CaptureEvent.class);
    for (CaptureEvent event : CaptureEvent.values()) {
      String name = names.trigger(event);
      problem(relation, event, accepted.apply(event), byName.get(name), installed)
          .ifPresent(problem -> wrong.put(event, "trigger " + name + " " + problem));
    }
    return wrong;
  }

  private static Optional<String> problem(
      RelationTriggers relation,
      CaptureEvent event,
      List<CaptureFunction> accepted,
      @org.jspecify.annotations.Nullable Installed trigger,
      InstalledTriggers installed) {
    if (trigger == null) {
      return Optional.of("is missing");
    }
    if (trigger.enabled() == 'D') {
      return Optional.of("is disabled");
    }
    if (trigger.enabled() != 'A') {
      return Optional.of("does not fire in every session (ENABLE ALWAYS)");
    }
    if (trigger.type() != event.type() || !trigger.plain()) {
      return Optional.of("is another one");
    }
    Optional<CaptureFunction> function =
        accepted.stream().filter(f -> f.name().equals(trigger.function())).findFirst();
    if (function.isEmpty()) {
      return Optional.of("names rows by another key than " + key(relation.table()));
    }
    return installed.isWhole(function.get())
        ? Optional.empty()
        : Optional.of(
            "runs a function that "
                + installed.unable().getOrDefault(function.get().name(), "was altered"));
  }

  private static String key(CapturedTable table) {
    List<Column> columns =
        table.key().isEmpty() ? table.rangeColumn().map(List::of).orElse(List.of()) : table.key();
    return columns.stream().map(Column::name).collect(Collectors.joining(", ", "(", ")"));
  }
}
