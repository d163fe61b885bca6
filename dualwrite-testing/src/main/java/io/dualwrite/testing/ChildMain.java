package io.dualwrite.testing;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;

/** Runs another class' main method until the parent, who holds standard input open, is gone. */
final class ChildMain {

  private static final int ORPHANED = 99;

  private ChildMain() {}

  public static void main(String[] args) throws Throwable {
    Thread lifeline = new Thread(ChildMain::haltWhenOrphaned, "lifeline");
    lifeline.setDaemon(true);
    lifeline.start();
    Method main = Class.forName(args[0]).getDeclaredMethod("main", String[].class);
    main.setAccessible(true);
    try {
      main.invoke(null, (Object) Arrays.copyOfRange(args, 1, args.length));
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }

  private static void haltWhenOrphaned() {
    try {
      while (System.in.read() >= 0) {
        // Nothing is ever sent.
      }
      Runtime.getRuntime().halt(ORPHANED);
    } catch (IOException e) {
      Runtime.getRuntime().halt(ORPHANED);
    }
  }
}
