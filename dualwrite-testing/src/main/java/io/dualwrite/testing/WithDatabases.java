package io.dualwrite.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives every test of a class, or one test, a fresh source and target database as {@link
 * TestDatabases}: a parameter of its constructor, its test methods and what runs around each.
 *
 * <p>All tests of a JVM share one pair of servers that loses everything in a crash and that no test
 * may kill. Tests fail when they leave a connection, statement or result set open.
 *
 * <p>With one instance of the class for all its tests, a constructor that takes the databases gets
 * a pair for all of them; what the tests leave open is then not looked for.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
@ExtendWith(DatabasesExtension.class)
public @interface WithDatabases {

  /**
   * Whether the test may kill, restart and freeze the servers. It then runs on another pair, which
   * keeps what is committed in a crash and is put in order again after every test.
   */
  boolean dedicated() default false;

  /** Server settings, {@code name=value}; only for dedicated servers. */
  String[] settings() default {};
}
