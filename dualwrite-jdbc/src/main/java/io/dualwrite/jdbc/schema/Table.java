package io.dualwrite.jdbc.schema;

import java.util.List;
import java.util.Optional;

/**
 * A table of one database, as its catalog describes it.
 *
 * @param name schema and name
 * @param oid its {@code pg_class.oid} at the time of reading
 * @param partitioned whether it is the root of a declaratively partitioned table; partitions
 *     themselves are not listed as tables
 * @param columns in {@code attnum} order, dropped ones left out
 * @param uniqueKeys unique indexes fit to tell rows apart or to conflict on, primary key first
 * @param foreignKeys foreign keys of this table
 * @param partitionColumn the first partitioning column by range, or a hypertable's time column
 * @param hasRules whether rewrite rules other than a view's stand on it
 * @param userTriggers names of enabled triggers that are not internal
 * @param triggersChangeNames whether one of them may change what names mean from then on: the
 *     search path, or the role
 */
public record Table(
    TableName name,
    long oid,
    boolean partitioned,
    List<Column> columns,
    List<UniqueKey> uniqueKeys,
    List<ForeignKey> foreignKeys,
    Optional<String> partitionColumn,
    boolean hasRules,
    List<String> userTriggers,
    boolean triggersChangeNames) {

  /** The column of that name. */
  public Optional<Column> column(String columnName) {
    return columns.stream().filter(c -> c.name().equals(columnName)).findFirst();
  }
}
