/**
 * Applications that write through dualwrite while processes, servers and networks fail, and the
 * check that nothing was lost.
 */
@NullMarked
package io.dualwrite.chaos;

import org.jspecify.annotations.NullMarked;
