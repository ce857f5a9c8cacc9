package org.postroom.dist;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.postroom.core.auth.source.AccountSources;
import org.postroom.core.config.Settings;
import org.postroom.core.dns.Resolver;
import org.postroom.core.queue.QueueManager;
import org.postroom.core.queue.QueueParams;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.table.SqlSource;
import org.postroom.dist.answer.Reloaded;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the next generation in the place of the current one: all of it, or nothing when there is
 * anything wrong with it. One reload at a time, from any thread.
 */
final class Reloading {
  private static final Logger LOG = LoggerFactory.getLogger(Reloading.class);

  private final Description description;
  private final SqlSource databases;
  private final Settings started;
  private final AccountSources people;
  private final Generations generations;
  private final OpenDoors doors;
  private final QueueManager queue;
  private final Resolver names;
  private Configuration configuration;
  private volatile List<String> warnings;

  /**
   * @param started what only a restart changes is as this says
   * @param names looks up names
   */
  Reloading(
      Description description,
      SqlSource databases,
      Plan started,
      Generations generations,
      OpenDoors doors,
      QueueManager queue,
      Resolver names) {
    this.description = description;
    this.databases = databases;
    this.started = started.settings();
    this.people = started.people();
    this.generations = generations;
    this.doors = doors;
    this.queue = queue;
    this.names = names;
    this.configuration = description.configuration.copy();
    this.warnings = started.warnings();
  }

  /** What the start, or the last reload, has to say. */
  List<String> warnings() {
    return warnings;
  }

  /** See {@link MailServer#reload(Consumer)}. */
  synchronized Reloaded reload(Consumer<Configuration> change) {
    Configuration changed = configuration.copy();
    try {
      change.accept(changed);
      Reloaded reloaded = become(changed);
      configuration = changed;
      warnings = reloaded.warnings();
      reloaded.warnings().forEach(line -> LOG.warn("reload: {}", line));
      LOG.info("reload: generation {} is in effect", reloaded.generation());
      return reloaded;
    } catch (BadConfiguration e) {
      e.faults().forEach(fault -> LOG.error("reload: {}", fault));
      LOG.error("reload: generation {} stays in effect", generations.current().number());
      throw e;
    } catch (RuntimeException e) {
      LOG.error("reload: {}", e.getMessage());
      LOG.error("reload: generation {} stays in effect", generations.current().number());
      throw e;
    }
  }

  /** By now all of it is in effect, whatever a listener makes of it. */
  private static <T> void tell(Consumer<T> listener, T news) {
    try {
      listener.accept(news);
    } catch (RuntimeException e) {
      LOG.error("reload: a listener failed", e);
    }
  }

  private Reloaded become(Configuration changed) {
    names.refresh();
    Configuration.Read read = changed.read(description.parts());
    Plan plan =
        Plan.of(read.asStarted(started), changed, description, databases, Optional.of(people));
    doors.check(plan);
    Generations.Next next = generations.next(plan);
    try {
      doors.become(plan, next.generation(), () -> generations.adopt(next));
    } catch (RuntimeException | Error e) {
      next.close();
      throw e;
    }
    queue.obey(QueueParams.limits(plan.settings()));
    tell(description.audience.settings, plan.settings());
    List<String> said = new ArrayList<>(plan.warnings());
    started
        .needRestart(read.settings())
        .forEach(
            param ->
                said.add(read.settings().fault(param, "takes effect after a restart").toString()));
    Reloaded reloaded = new Reloaded(next.generation().number(), said);
    tell(description.audience.reloaded, reloaded);
    return reloaded;
  }
}
