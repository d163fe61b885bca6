/**
 * The control schema in the databases: journal entries, set-aside entries, gaps, the control row.
 */
@NullMarked
package io.dualwrite.jdbc.journal;

import org.jspecify.annotations.NullMarked;
