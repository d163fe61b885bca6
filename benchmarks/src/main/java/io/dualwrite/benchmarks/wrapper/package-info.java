/**
 * What the JDBC wrapper itself costs per statement, measured with JMH over a driver that does
 * nothing.
 */
@NullMarked
package io.dualwrite.benchmarks.wrapper;

import org.jspecify.annotations.NullMarked;
