package io.dualwrite;

import static java.util.Objects.requireNonNull;

import dev.openfeature.sdk.Client;
import dev.openfeature.sdk.ErrorCode;
import dev.openfeature.sdk.FlagEvaluationDetails;
import dev.openfeature.sdk.NoOpProvider;
import dev.openfeature.sdk.OpenFeatureAPI;

/**
 * A boolean OpenFeature flag. Kept apart so that OpenFeature's classes are needed only by those who
 * use it.
 */
final class OpenFeatureSwitch implements KillSwitch {
  /** The domain whose provider is asked; without one of that name, the default provider. */
  private static final String DOMAIN = "dualwrite";

  private final String flag;
  private final OpenFeatureAPI api;
  private final Client client;

  OpenFeatureSwitch(String flag, OpenFeatureAPI api) {
    this.flag = requireNonNull(flag, "flag");
    this.api = api;
    this.client = api.getClient(DOMAIN);
  }

  static KillSwitch of(String flag) {
    try {
      return new OpenFeatureSwitch(flag, OpenFeatureAPI.getInstance());
    } catch (NoClassDefFoundError e) {
      throw new IllegalStateException(
          "the kill switch is to follow the OpenFeature flag \""
              + flag
              + "\", and dev.openfeature:sdk is not on the class path. Add it, and a provider.",
          e);
    }
  }

  @Override
  public boolean engaged() {
    if (api.getProvider(DOMAIN) instanceof NoOpProvider) {
      throw new IllegalStateException("no OpenFeature provider is set");
    }
    FlagEvaluationDetails<Boolean> details = client.getBooleanDetails(flag, false);
    ErrorCode error = details.getErrorCode();
    if (error != null) {
      throw new IllegalStateException(
          error + (details.getErrorMessage() == null ? "" : ": " + details.getErrorMessage()));
    }
    return details.getValue();
  }

  @Override
  public String toString() {
    return "OpenFeature flag " + flag;
  }
}
