package io.dualwrite.reconciler.inspect;

import java.util.List;

/**
 * What {@link io.dualwrite.jdbc.schema.Table} does not tell of a table.
 *
 * @param oid its oid
 * @param unlogged whether a crash of the server empties it, or one of its partitions
 * @param policed whether a row security policy narrows what the user sees
 * @param owner its owner
 * @param owned whether the user may do what the owner may
 * @param reachable whether the user may use its schema
 * @param unreadable columns that the user may not read
 * @param uninsertable columns that the user may not insert
 * @param unupdatable columns that the user may not update
 * @param deletable whether the user may delete rows
 * @param rows about how many rows it has; -1 where nobody has counted
 * @param partitions the bounds of its partitions, sorted; empty where it has none
 * @param anywhere whether rows that fit no other partition have one
 */
record RelationFacts(
    long oid,
    boolean unlogged,
    boolean policed,
    String owner,
    boolean owned,
    boolean reachable,
    List<String> unreadable,
    List<String> uninsertable,
    List<String> unupdatable,
    boolean deletable,
    long rows,
    List<String> partitions,
    boolean anywhere) {}
