package org.postroom.dist;

import java.util.List;
import java.util.Optional;
import org.postroom.core.auth.Accounts;
import org.postroom.core.config.Settings;
import org.postroom.core.door.Door;
import org.postroom.core.flow.RecentDecisions;
import org.postroom.core.life.Lifeline;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.part.DryRun;
import org.postroom.core.queue.QueueStore;
import org.postroom.dist.assembly.StartedServer;

/**
 * What only the house sees of a server that runs.
 *
 * @param running its parts
 * @param lifeline where they say that they have died
 */
record InsideServer(Running running, Lifeline lifeline) implements StartedServer {

  @Override
  public Accounts accounts() {
    return running.accounts();
  }

  @Override
  public MailStore mail() {
    return running.mail();
  }

  @Override
  public QueueStore queue() {
    return running.waiting();
  }

  @Override
  public Settings settings() {
    return running.generations().current().settings();
  }

  @Override
  public List<RecentDecisions.Entry> decisions() {
    return running.foundation().decisions().all();
  }

  @Override
  public List<RecentDecisions.Entry> decisions(String id) {
    return running.decisions(id);
  }

  @Override
  public Optional<DryRun> explain(Door door, DryRun.Asked mail) {
    return running.explain(door.name(), mail);
  }
}
