/** The YAML file and its typed form. */
@NullMarked
package io.dualwrite.jdbc.config;

import org.jspecify.annotations.NullMarked;
