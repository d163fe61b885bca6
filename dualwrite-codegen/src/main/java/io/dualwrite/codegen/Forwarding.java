package io.dualwrite.codegen;

import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Asks for a class {@code Forwarding<Interface>} in the annotated package: abstract,
 * package-private, with a field {@code delegate}, handing every method of the interface and of
 * those that it extends (default methods included) to the delegate.
 *
 * <p>The interface is seen as the compiler sees it, so that the class fits the release that is
 * compiled for. {@code unwrap} and {@code isWrapperFor} ask the object itself first, then the
 * delegate; {@code unwrapping(Class)} is called before an inner object is handed out.
 */
@Target(ElementType.PACKAGE)
@Retention(RetentionPolicy.SOURCE)
@Repeatable(Forwarding.All.class)
public @interface Forwarding {
  /** The interface. */
  Class<?> value();

  /**
   * Result types that must not leave as they are: a method that returns exactly such a type returns
   * {@code wrapped(result)}, which the subclass defines.
   */
  Class<?>[] wrapped() default {};

  /** Whether the delegate may be replaced; otherwise the field is final. */
  boolean replaceable() default false;

  /**
   * Whether calls that set something by its position (declared by the interface itself, {@code
   * set…(int, …)}) can be repeated on another delegate. If so each one calls {@code beforeSet} and
   * {@code afterSet}, which the subclass defines, and a static method {@code replay} makes the call
   * again.
   */
  boolean recorded() default false;

  /**
   * Another interface that the forwarding object has already: not a class is generated then but an
   * interface {@code Forwarding<Interface>}, whose default methods hand what {@code beside} lacks
   * to {@code as<Interface>()}, which the implementing class defines.
   */
  Class<?> beside() default void.class;

  /** Holds several. */
  @Target(ElementType.PACKAGE)
  @Retention(RetentionPolicy.SOURCE)
  @interface All {
    /** The annotations. */
    Forwarding[] value();
  }
}
