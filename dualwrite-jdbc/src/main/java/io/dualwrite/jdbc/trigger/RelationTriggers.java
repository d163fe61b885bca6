package io.dualwrite.jdbc.trigger;

import io.dualwrite.jdbc.schema.CapturedTable;
import io.dualwrite.jdbc.schema.Identifiers;
import io.dualwrite.jdbc.schema.TableName;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The triggers that one relation, a table or a partition, has to have.
 *
 * @param table the mirrored table that its rows belong to
 * @param oid its {@code pg_class.oid}
 * @param name its own name
 * @param functions what each trigger runs
 * @param others what each may run instead: applications that deliver tables in slices and those
 *     that do not read the entries of both
 */
record RelationTriggers(
    CapturedTable table,
    long oid,
    TableName name,
    Map<CaptureEvent, CaptureFunction> functions,
    Map<CaptureEvent, CaptureFunction> others) {

  static RelationTriggers of(
      TriggerNames names,
      String migration,
      CapturedTable table,
      long oid,
      TableName name,
      int serverVersion) {
    return new RelationTriggers(
        table,
        oid,
        name,
        functions(names, migration, table, serverVersion),
        functions(names, migration, table.sliced(!table.sliced()), serverVersion));
  }

  private static Map<CaptureEvent, CaptureFunction> functions(
      TriggerNames names, String migration, CapturedTable table, int serverVersion) {
    Map<CaptureEvent, CaptureFunction> functions = new EnumMap<>(CaptureEvent.class);
    for (CaptureEvent event : CaptureEvent.values()) {
      functions.put(event, CaptureFunction.of(event, names, migration, table, serverVersion));
    }
    return functions;
  }

  /**
   * The statements that create what is not there.
   *
   * @param wrong the events whose trigger is missing
   */
  List<String> create(TriggerNames names, Iterable<CaptureEvent> wrong) {
    List<String> ddl = new ArrayList<>();
    for (CaptureEvent event : wrong) {
      CaptureFunction function = function(event);
      String trigger = Identifiers.quote(names.trigger(event));
      String referencing = event.referencing().isEmpty() ? " " : " " + event.referencing() + " ";
      ddl.add(
          "CREATE TRIGGER "
              + trigger
              + " AFTER "
              + event.name()
              + " ON "
              + name.sql()
              + referencing
              + "FOR EACH STATEMENT EXECUTE FUNCTION "
              + names.sql(function.name())
              + "()");
      // A session may replay rows that another server sent, or load a dump, as a replica.
      ddl.add("ALTER TABLE ONLY " + name.sql() + " ENABLE ALWAYS TRIGGER " + trigger);
    }
    return ddl;
  }

  CaptureFunction function(CaptureEvent event) {
    return Objects.requireNonNull(functions.get(event));
  }

  /** All functions by which the trigger names what it is to name. */
  List<CaptureFunction> able(CaptureEvent event) {
    return List.of(function(event), Objects.requireNonNull(others.get(event)));
  }
}
