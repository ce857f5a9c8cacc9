package org.postroom.core.log;

import org.postroom.core.address.Domain;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What happens with policies of MTA-STS. Threads may share it. */
public final class StsLog {
  private final Logger log = LoggerFactory.getLogger("org.postroom.log.mta-sts");

  /** A domain has a policy, or another one than before. */
  public void fetched(Domain domain, String id, String mode, long maxAge) {
    log.info(
        "{}: policy fetched: mode={}, id={}, max_age={}", domain, mode, LogText.of(id), maxAge);
  }

  /**
   * The policy that a domain has cannot be had.
   *
   * @param until when that which is known expires; empty where none is, and mail goes without
   */
  public void notFetched(Domain domain, String why, String until) {
    log.warn(
        "{}: policy not fetched: {}; {}",
        domain,
        LogText.of(why),
        until.isEmpty() ? "mail goes without one" : "the one from before counts until " + until);
  }
}
