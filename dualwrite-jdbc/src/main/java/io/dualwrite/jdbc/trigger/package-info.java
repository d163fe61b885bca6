/**
 * Capture by triggers: statement-level triggers with transition tables that name the changed rows
 * in the journal, whoever changes them. Their texts, how they are installed without holding up the
 * tables, and whether they are there.
 */
@NullMarked
package io.dualwrite.jdbc.trigger;

import org.jspecify.annotations.NullMarked;
