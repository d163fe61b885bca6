/** What benchmarks print. */
@NullMarked
package io.dualwrite.benchmarks;

import org.jspecify.annotations.NullMarked;
