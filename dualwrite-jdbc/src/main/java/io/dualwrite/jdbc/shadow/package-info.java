/**
 * Shadow reads: a share of the application's queries runs again on both sides, in the background,
 * and what comes back is compared.
 */
@NullMarked
package io.dualwrite.jdbc.shadow;

import org.jspecify.annotations.NullMarked;
