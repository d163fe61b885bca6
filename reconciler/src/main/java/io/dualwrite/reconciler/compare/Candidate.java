package io.dualwrite.reconciler.compare;

import io.dualwrite.jdbc.copy.RowKey;
import java.util.List;

/**
 * A row that did not look the same on both sides when both were read without a lock.
 *
 * @param window the number of its window in the chunk
 * @param key its key
 * @param identity the key in a form that is the same on both sides
 * @param oneSided whether only one side had it in this window
 * @param several whether a side had several rows of that identity in this window
 */
public record Candidate(
    int window, RowKey key, List<String> identity, boolean oneSided, boolean several) {}
