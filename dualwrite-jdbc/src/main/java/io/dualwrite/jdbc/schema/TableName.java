package io.dualwrite.jdbc.schema;

/** A table's schema and name, exactly as the catalog holds them (case kept, no quotes). */
public record TableName(String schema, String name) implements Comparable<TableName> {

  /** Both parts quoted for use in SQL: {@code "public"."Order Items"}. */
  public String sql() {
    return Identifiers.quote(schema) + "." + Identifiers.quote(name);
  }

  /** As in configuration, reports and the journal: {@code public.flights}. */
  @Override
  public String toString() {
    return schema + "." + name;
  }

  @Override
  public int compareTo(TableName other) {
    int bySchema = schema.compareTo(other.schema);
    return bySchema != 0 ? bySchema : name.compareTo(other.name);
  }
}
