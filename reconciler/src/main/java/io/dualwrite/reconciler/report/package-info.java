/** Results as text for people and as JSON for programs. */
@NullMarked
package io.dualwrite.reconciler.report;

import org.jspecify.annotations.NullMarked;
