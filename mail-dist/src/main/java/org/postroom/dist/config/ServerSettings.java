package org.postroom.dist.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.postroom.core.auth.AuthParams;
import org.postroom.core.auth.source.SourceParams;
import org.postroom.core.auth.token.TokenParams;
import org.postroom.core.config.ParamSet;
import org.postroom.core.config.Settings;
import org.postroom.core.filter.check.FilterParams;
import org.postroom.core.flow.AliasParams;
import org.postroom.core.flow.FlowParams;
import org.postroom.core.policy.PolicyParams;
import org.postroom.core.queue.QueueParams;
import org.postroom.core.quota.QuotaRules;
import org.postroom.core.report.BadConfiguration;
import org.postroom.dist.log.LogParams;
import org.postroom.storage.Storage;

/** Every parameter there is, and what some of them mean for the server as a whole. */
public final class ServerSettings {
  private ServerSettings() {}

  /** The parameters that are no part's: those of core, and the server's own. */
  public static List<ParamSet> ofTheHouse() {
    return List.of(
        PolicyParams.ALL,
        FlowParams.ALL,
        AliasParams.ALL,
        FilterParams.ALL,
        QueueParams.ALL,
        AuthParams.ALL,
        SourceParams.ALL,
        TokenParams.ALL,
        ServerParams.ALL,
        LogParams.ALL);
  }

  /**
   * Where mail is kept.
   *
   * @param base what a relative folder is relative to
   * @param mayBeUnsaid whether the default will do: beside a file, not wherever a program was
   *     started
   */
  public static Storage storage(Settings settings, Path base, boolean mayBeUnsaid) {
    if (!mayBeUnsaid && !settings.isGiven(ServerParams.STORAGE_URL)) {
      throw new BadConfiguration(
          settings.fault(
              ServerParams.STORAGE_URL,
              "it is not said where mail is kept: storage(Storage.h2(folder)), or inMemory(), or"
                  + " postgres(dataSource)"));
    }
    String url = settings.get(ServerParams.STORAGE_URL);
    if (url.startsWith("h2:") && url.length() > 3) {
      return Storage.h2(base.resolve(url.substring(3)));
    }
    if (url.equals("memory:")) {
      return Storage.inMemory();
    }
    if (url.startsWith("jdbc:postgresql:")) {
      return Storage.postgres(
          url,
          settings.get(ServerParams.STORAGE_USER),
          settings.get(ServerParams.STORAGE_PASSWORD).reveal());
    }
    throw new BadConfiguration(
        settings.fault(
            ServerParams.STORAGE_URL,
            "\"" + url + "\" is no place; expected h2:FOLDER, memory: or jdbc:postgresql:…"));
  }

  /**
   * What accounts may hold.
   *
   * @throws BadConfiguration with all that contradicts itself
   */
  public static QuotaRules quotas(Settings settings) {
    return QuotaRules.of(settings, settings.get(FlowParams.MESSAGE_SIZE));
  }

  /** Finds out whether it is clear what accounts may hold; fails as {@link #quotas} does. */
  public static void checkQuotas(Settings settings) {
    QuotaRules unused = quotas(settings);
  }

  /** The server's own folder beside a database, where there is to be one. */
  public static Optional<Path> folder(Settings settings, Path base) {
    return settings.get(ServerParams.STORAGE_FOLDER).map(base::resolve);
  }
}
