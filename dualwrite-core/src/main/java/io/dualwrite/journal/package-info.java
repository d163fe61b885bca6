/** What the repository API remembers of writes that the secondary may lack. */
@NullMarked
package io.dualwrite.journal;

import org.jspecify.annotations.NullMarked;
