/** What applications use on top of JDBC, each on the bare pool and through dualwrite. */
@NullMarked
package io.dualwrite.clients;

import org.jspecify.annotations.NullMarked;
