/**
 * The migration that {@code ./demo} shows: two servers, the application in a process of its own,
 * six steps, each checked by SQL.
 */
@NullMarked
package io.dualwrite.sample.demo;

import org.jspecify.annotations.NullMarked;
