package io.dualwrite.jdbc.resolve;

/**
 * What the server says of a name, in one session.
 *
 * @param oid its {@code pg_class.oid}
 * @param schema the schema that it was found in
 * @param name its name
 * @param kind {@code pg_class.relkind}
 * @param partition whether it is part of another table
 * @param temporary whether only this session sees it
 * @param readable whether the session may read all of its columns
 * @param journalWritable whether the session may insert into the journal; true while there is none
 */
record FoundRelation(
    long oid,
    String schema,
    String name,
    char kind,
    boolean partition,
    boolean temporary,
    boolean readable,
    boolean journalWritable) {}
