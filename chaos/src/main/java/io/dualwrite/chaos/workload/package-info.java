/**
 * What the applications of a chaos run do: transactions of every kind, in a process of their own.
 */
@NullMarked
package io.dualwrite.chaos.workload;

import org.jspecify.annotations.NullMarked;
