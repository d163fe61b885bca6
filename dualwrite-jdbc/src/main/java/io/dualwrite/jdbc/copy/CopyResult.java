package io.dualwrite.jdbc.copy;

import java.util.Set;

/**
 * What copying some keys did.
 *
 * @param written rows that the primary has and the secondary now has too
 * @param deleted rows deleted from the secondary because the primary has them not
 * @param left keys not looked at because the batch had become too large; copy them in another step
 */
public record CopyResult(int written, int deleted, Set<RowKey> left) {}
