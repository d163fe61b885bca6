/** What applications were told about their writes, and whether the databases hold it. */
@NullMarked
package io.dualwrite.chaos.history;

import org.jspecify.annotations.NullMarked;
