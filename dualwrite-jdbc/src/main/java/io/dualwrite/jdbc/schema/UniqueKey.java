package io.dualwrite.jdbc.schema;

import java.util.List;

/**
 * A valid, total (not partial), expression-free unique index.
 *
 * @param name the index's name
 * @param columns column names in index order
 * @param primary whether it is the primary key
 * @param notNull whether all its columns are declared not null, so that it can tell rows apart
 * @param immediate false when the constraint is deferrable ({@code ON CONFLICT} cannot use it)
 */
public record UniqueKey(
    String name, List<String> columns, boolean primary, boolean notNull, boolean immediate) {}
