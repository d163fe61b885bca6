/** How a migration is doing in this process, for actuators, JMX and log lines. */
@NullMarked
package io.dualwrite.jdbc.health;

import org.jspecify.annotations.NullMarked;
