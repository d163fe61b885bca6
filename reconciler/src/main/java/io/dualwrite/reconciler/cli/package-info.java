/** The command line. */
@NullMarked
package io.dualwrite.reconciler.cli;

import org.jspecify.annotations.NullMarked;
