package io.dualwrite.jdbc.copy;

import java.util.Set;

/**
 * What copying some keys did.
 *
 * @param written rows that the primary has and the secondary now has too
 * @param streamed how many of those were sent as they came, without being named one by one
 * @param deleted rows deleted from the secondary because the primary has them not
 * @param left keys not looked at because the batch had become too large; copy them in another step
 */
public record CopyResult(int written, int streamed, int deleted, Set<RowKey> left) {}
