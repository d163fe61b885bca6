package io.dualwrite;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A method of a repository that only reads. A {@link Key} parameter is named when a shadow read
 * differs.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Read {
  /** The operation's name in metrics and messages; by default the method's name. */
  String value() default "";
}
