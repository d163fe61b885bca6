/** What goes wrong in a round. */
@NullMarked
package io.dualwrite.chaos.fault;

import org.jspecify.annotations.NullMarked;
