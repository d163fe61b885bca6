/**
 * From the application's SQL text to a statement that also names the rows it touches, or why that
 * cannot be.
 */
@NullMarked
package io.dualwrite.jdbc.capture;

import org.jspecify.annotations.NullMarked;
