package io.dualwrite.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Names the guarantees of {@code docs/guarantees.md} that a test proves: {@code @Guarantee("G4")}.
 * On a class it speaks for every test in it. The build fails on a guarantee without a test and on a
 * test that names one that does not exist.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface Guarantee {

  /** The guarantees, each as written in its heading, as string literals. */
  String[] value();
}
