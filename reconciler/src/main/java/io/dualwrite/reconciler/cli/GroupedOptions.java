package io.dualwrite.reconciler.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Layout;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** A command's options under headings, by their order. */
final class GroupedOptions implements IHelpSectionRenderer {

  /** A heading and the order of its last option. */
  private enum Group {
    DATABASES("Databases", 3),
    COMMAND("This command", 9),
    SCOPE("What is looked at, and how", 19),
    FILES("History from files", 29),
    LOAD("Load on the databases", 49),
    OUTPUT("Output", 89),
    OTHERS("Others", Integer.MAX_VALUE);

    private final String heading;
    private final int last;

    Group(String heading, int last) {
      this.heading = heading;
      this.last = last;
    }

    /** Options that say nothing of their order, such as -h, come last. */
    static Group of(OptionSpec option) {
      if (option.order() < 0) {
        return OTHERS;
      }
      for (Group group : values()) {
        if (option.order() <= group.last) {
          return group;
        }
      }
      return OTHERS;
    }
  }

  private GroupedOptions() {}

  /** Of every command of {@code line}. */
  static void in(CommandLine line) {
    line.getSubcommands().values().stream()
        .filter(command -> command.getCommand() instanceof Connected)
        .forEach(
            command ->
                command
                    .getHelpSectionMap()
                    .put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, new GroupedOptions()));
  }

  @Override
  public String render(Help help) {
    List<OptionSpec> options = new ArrayList<>(help.commandSpec().options());
    options.removeIf(OptionSpec::hidden);
    options.sort(Comparator.comparingInt(OptionSpec::order));
    StringBuilder text = new StringBuilder();
    for (Group group : Group.values()) {
      List<OptionSpec> of = options.stream().filter(o -> Group.of(o) == group).toList();
      if (!of.isEmpty()) {
        // Over all options, so that the columns of all groups are in line.
        Layout layout = help.createDefaultLayout(options, List.of(), help.colorScheme());
        layout.addOptions(of, help.createDefaultParamLabelRenderer());
        text.append('\n').append(group.heading).append(":\n").append(layout);
      }
    }
    return text.toString();
  }
}
