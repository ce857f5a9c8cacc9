package org.postroom.core.log;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What happens with policy servers. Threads may share it. */
public final class PolicyLog {
  private final Logger log = LoggerFactory.getLogger("org.postroom.log.policy");

  /** One has not answered; it is asked again, or its default action counts. */
  public void trouble(String server, String why) {
    log.warn("problem talking to server {}: {}", LogText.of(server), LogText.of(why));
  }
}
