/** One migration at work in one process: its mode, its plans, its place among the instances. */
@NullMarked
package io.dualwrite.jdbc.runtime;

import org.jspecify.annotations.NullMarked;
