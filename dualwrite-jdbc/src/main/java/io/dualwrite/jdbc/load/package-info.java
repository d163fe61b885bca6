/**
 * {@code COPY … FROM STDIN}: the rows pass through to the primary as they are; their keys are read
 * on the way and journaled when the server has taken them, in the same transaction.
 */
@NullMarked
package io.dualwrite.jdbc.load;

import org.jspecify.annotations.NullMarked;
