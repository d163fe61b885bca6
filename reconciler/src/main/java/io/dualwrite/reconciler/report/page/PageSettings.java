package io.dualwrite.reconciler.report.page;

import io.dualwrite.jdbc.config.EndpointConfig;
import io.dualwrite.jdbc.config.MigrationConfig;
import io.dualwrite.reconciler.report.page.Frame.Setting;
import java.util.ArrayList;
import java.util.List;

/** What a result depends on, shown at the end of its page. No password is in it. */
public final class PageSettings {
  private final String version;
  private final List<Setting> settings = new ArrayList<>();

  /** Of a run with that configuration, by that version of the program. */
  public PageSettings(MigrationConfig config, String version) {
    this.version = version;
    with("migration", config.migration());
    config.source().map(EndpointConfig::displayUrl).ifPresent(url -> with("source", url));
    config.target().map(EndpointConfig::displayUrl).ifPresent(url -> with("target", url));
    if (!config.origin().name().isEmpty()) {
      with("configuration", config.origin().name());
    }
    with("tables.include", String.join(", ", config.tables().include()));
    if (!config.tables().exclude().isEmpty()) {
      with("tables.exclude", String.join(", ", config.tables().exclude()));
    }
  }

  /** Adds something that was asked for. */
  public PageSettings with(String label, String value) {
    settings.add(new Setting(label, value));
    return this;
  }

  List<Setting> list() {
    return List.copyOf(settings);
  }

  String footer() {
    return "Made by "
        + version
        + ". Names and keys of both databases are in this page, other values only where it says so.";
  }
}
