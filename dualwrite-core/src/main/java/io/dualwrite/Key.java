package io.dualwrite;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The parameter that is the key of a {@link Write} or {@link Read}, or has it. Several of them make
 * a key that is the {@link java.util.List} of their values, in the order of the parameters.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.PARAMETER)
public @interface Key {
  /**
   * Where in the parameter the key is: property names with dots between, as in {@code "id"} or
   * {@code "customer.id"}. A property {@code id} is the method {@code id()}, else {@code getId()},
   * else {@code isId()}. Empty: the parameter itself.
   */
  String value() default "";
}
