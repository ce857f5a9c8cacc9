package org.postroom.dist;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postroom.core.arrival.StagedContent;
import org.postroom.core.arrival.StagingArea;
import org.postroom.core.auth.Accounts;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.policy.LocalRight;
import org.postroom.core.queue.QueueStore;
import org.postroom.core.quota.QuotaRules;
import org.postroom.dist.answer.OperationRefused;
import org.postroom.dist.config.ServerSettings;
import org.postroom.dist.maildrop.Maildrop;
import org.postroom.dist.operation.Desk;
import org.postroom.dist.operation.DroppedMail;
import org.postroom.dist.operation.RunningServer;
import org.postroom.storage.store.SqlStorage;

/** What operations act upon where no server runs: the store, opened when it is first needed. */
final class StoreDesk implements Desk, AutoCloseable {
  private final Plan plan;
  private final Description description;
  private @Nullable SqlStorage storage;
  private @Nullable StagingArea staging;
  private @Nullable Path temporary;

  StoreDesk(Plan plan, Description description) {
    this.plan = plan;
    this.description = description;
  }

  @Override
  public String user() {
    return OsUser.ofThisProcess().name();
  }

  /** Whoever can open the store may do all with it. */
  @Override
  public boolean isMaster() {
    return true;
  }

  @Override
  public boolean isPermitted(LocalRight right) {
    return true;
  }

  @Override
  public void permit(LocalRight right) {}

  @Override
  public Accounts accounts() {
    return Store.known(plan, description, store());
  }

  @Override
  public QueueStore queue() {
    return store().queue();
  }

  @Override
  public MailStore mail() {
    return store().mail();
  }

  @Override
  public StagedContent staged(InputStream content) {
    StagingArea area = staging;
    if (area == null) {
      area = new StagingArea(folder(), StagingArea.Limits.DEFAULT);
      staging = area;
    }
    return StagedStream.of(content, area);
  }

  /** Where a server would stage it; else one that is gone at the end. */
  private Path folder() {
    checkFolder();
    return plan.folder().map(folder -> folder.resolve("staging")).orElseGet(this::temporary);
  }

  private Path temporary() {
    try {
      Path made = Files.createTempDirectory("postroom");
      temporary = made;
      return made;
    } catch (IOException e) {
      throw new UncheckedIOException("no folder for mail that comes", e);
    }
  }

  @Override
  public List<DroppedMail> maildrop(long from, int most) {
    return description
        .configuration
        .maildrop(plan.settings(), plan.folder())
        .filter(Files::isDirectory)
        .map(folder -> Pickup.list(new Maildrop(folder), from, most))
        .orElse(List.of());
  }

  @Override
  public Clock clock() {
    return description.clock;
  }

  /** Whoever only looks at what lies beside it need not be its user. */
  private void checkFolder() {
    PrivateFolder.check(plan.folder(), plan.settings(), plan.storage());
  }

  private SqlStorage store() {
    SqlStorage open = storage;
    if (open == null) {
      checkFolder();
      QuotaRules quotas = ServerSettings.quotas(plan.settings());
      open = SqlStorage.open(plan.storage(), description.clock, description.random, () -> quotas);
      storage = open;
    }
    return open;
  }

  @Override
  public RunningServer server() {
    throw new OperationRefused(
        OperationRefused.Kind.NO_SERVER,
        plan.folder()
            .map(folder -> "no server runs on " + folder)
            .orElse("storage_folder does not say where a server that runs could be asked"));
  }

  @Override
  public void close() {
    if (staging != null) {
      staging.close();
    }
    if (storage != null) {
      storage.close();
    }
    if (temporary != null) {
      try {
        Files.deleteIfExists(temporary);
      } catch (IOException e) {
        throw new UncheckedIOException("a temporary folder cannot be removed", e);
      }
    }
  }
}
