/** What an application pays for writing to two databases: the whole system, on real servers. */
@NullMarked
package io.dualwrite.benchmarks.system;

import org.jspecify.annotations.NullMarked;
