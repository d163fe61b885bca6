package io.dualwrite.reconciler.window;

/**
 * A chunk and where it stands in its table's plan.
 *
 * @param chunk the chunk
 * @param first the number of its first window in the plan; the others follow
 */
public record Part(Chunk chunk, int first) {}
