/** Results as self-contained HTML pages. */
@NullMarked
package io.dualwrite.reconciler.report.page;

import org.jspecify.annotations.NullMarked;
