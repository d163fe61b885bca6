package io.dualwrite.reconciler.cli;

import java.util.Arrays;
import picocli.CommandLine;

/** Makes the commands, each with the terminal that it runs in. */
record Commands(Terminal terminal) implements CommandLine.IFactory {

  @Override
  public <K> K create(Class<K> type) throws Exception {
    boolean takesTerminal =
        Arrays.stream(type.getDeclaredConstructors())
            .anyMatch(c -> Arrays.equals(c.getParameterTypes(), new Class<?>[] {Terminal.class}));
    return takesTerminal
        ? type.getDeclaredConstructor(Terminal.class).newInstance(terminal)
        : CommandLine.defaultFactory().create(type);
  }
}
