package io.dualwrite.reconciler.cli;

import java.util.Map;
import picocli.CommandLine;

/** Makes the parts of the command line; those that read environment variables are given them. */
record Commands(Map<String, String> environment) implements CommandLine.IFactory {

  @Override
  public <K> K create(Class<K> type) throws Exception {
    return type == ConnectionOptions.class
        ? type.cast(new ConnectionOptions(environment))
        : CommandLine.defaultFactory().create(type);
  }
}
