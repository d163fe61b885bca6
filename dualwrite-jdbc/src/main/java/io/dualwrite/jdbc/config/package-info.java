/** The YAML file and its typed form. */
@NullMarked
@Forwarding(DataSource.class)
package io.dualwrite.jdbc.config;

import io.dualwrite.codegen.Forwarding;
import javax.sql.DataSource;
import org.jspecify.annotations.NullMarked;
