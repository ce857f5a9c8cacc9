package org.postroom.core.log;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What happens in a job that fetches mail from elsewhere. Threads may share it. */
public final class FetchLog {
  private static final Logger LOG = LoggerFactory.getLogger("org.postroom.log.fetch");

  private final String job;

  /**
   * For one.
   *
   * @param job what it is called
   */
  public FetchLog(String job) {
    this.job = job;
  }

  /** A message is here. */
  public void fetched(String id, String name, long size) {
    LOG.info("{}: {}: fetched, uid={}, size={}", id, job, LogText.of(name), size);
  }

  /** A message was thrown away by a filter. */
  public void discarded(String name) {
    LOG.info("{}: uid={}: discarded", job, LogText.of(name));
  }

  /** A message stays where it is. */
  public void left(String name, String why) {
    LOG.warn("{}: uid={}: left there: {}", job, LogText.of(name), LogText.of(why));
  }

  /** A message is here, and its server does not remove it. */
  public void notRemoved(String name, String why) {
    LOG.warn("{}: uid={}: not removed there: {}", job, LogText.of(name), LogText.of(why));
  }

  /** A message is here, and its server does not mark it as seen. */
  public void notMarked(String name, String why) {
    LOG.warn("{}: uid={}: not marked there: {}", job, LogText.of(name), LogText.of(why));
  }

  /** Something there is not looked at. */
  public void passedOver(String what) {
    LOG.warn("{}: {}", job, LogText.of(what));
  }

  /** A round is over that has brought or removed something. */
  public void ended(String tally) {
    LOG.info("{}: {}", job, LogText.of(tally));
  }

  /** A round has ended before its time. */
  public void failed(String why, String next) {
    LOG.warn("{}: {}; next try at {}", job, LogText.of(why), next);
  }

  /** Our own fault. */
  public void fault(RuntimeException trouble) {
    LOG.error("{}: failed", job, trouble);
  }
}
