/**
 * Generates, while the project compiles, classes that hand every call of an interface to another
 * object.
 */
@NullMarked
package io.dualwrite.codegen;

import org.jspecify.annotations.NullMarked;
