/** Connections to one side that a server which falls silent cannot keep waiting for ever. */
@NullMarked
package io.dualwrite.reconciler.database;

import org.jspecify.annotations.NullMarked;
