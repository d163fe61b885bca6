/**
 * Tables, columns and keys of both databases, read from their catalogs, and which table mirrors
 * which.
 */
@NullMarked
package io.dualwrite.jdbc.schema;

import org.jspecify.annotations.NullMarked;
