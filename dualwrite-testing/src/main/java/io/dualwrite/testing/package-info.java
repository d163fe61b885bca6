/**
 * Databases, processes and networks for tests, the demo and benchmarks: servers that can be killed
 * and frozen, fresh databases per test, leak-checked connections, child JVMs, a breakable network.
 *
 * <p>Servers run in containers where a Docker engine answers and Testcontainers is on the class
 * path, embedded elsewhere; {@code -Dtest.docker=false} always takes embedded ones, {@code
 * -Dtest.docker=true} fails where no engine answers. Nothing here needs JUnit on the class path but
 * {@link io.dualwrite.testing.WithDatabases} and its extension.
 */
@NullMarked
package io.dualwrite.testing;

import org.jspecify.annotations.NullMarked;
