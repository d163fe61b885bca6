/**
 * A small application over plain JDBC that is being moved to another database server.
 *
 * <p>{@link io.dualwrite.sample.App} shows the one line that changes when it starts to write to
 * both servers. {@code io.dualwrite.sample.demo} drives a whole migration of it and checks every
 * step.
 */
@NullMarked
package io.dualwrite.sample;

import org.jspecify.annotations.NullMarked;
