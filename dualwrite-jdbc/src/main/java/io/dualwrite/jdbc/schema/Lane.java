package io.dualwrite.jdbc.schema;

import java.util.List;

/**
 * The unit of order in delivery: mirrored tables that foreign keys (of either side) tie together.
 *
 * @param name the identity of its first table by name
 * @param tables parents before children as far as foreign keys allow
 */
public record Lane(String name, List<TablePair> tables) {}
