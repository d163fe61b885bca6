/** Short transactions under {@code SERIALIZABLE} from several terminals, through the driver. */
@NullMarked
package io.dualwrite.benchmarks.oltp;

import org.jspecify.annotations.NullMarked;
