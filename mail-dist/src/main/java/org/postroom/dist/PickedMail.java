package org.postroom.dist;

import java.time.Instant;
import java.util.Optional;
import org.postroom.core.address.WrittenAddress;
import org.postroom.core.flow.MailFlow;
import org.postroom.core.log.MailLog;
import org.postroom.core.mail.Envelope;
import org.postroom.core.part.Generation;
import org.postroom.core.part.Premises;
import org.postroom.core.policy.LocalRight;
import org.postroom.core.queue.MailCommit;
import org.postroom.core.queue.QueueParams;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.dist.maildrop.BrokenMail;
import org.postroom.dist.maildrop.LeftMail;
import org.postroom.dist.submit.Submitted;
import org.postroom.dist.submit.Whom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One mail of the maildrop, on its way to be ours: taken as if it were handed in now; given back to
 * its sender where it is refused for good, or for too long.
 */
final class PickedMail {
  private static final Logger LOG = LoggerFactory.getLogger(PickedMail.class);

  private final Premises premises;
  private final Generation generation;
  private final MailCommit commit;
  private final MailLog log;
  private final LeftMail mail;

  /**
   * One.
   *
   * @param generation by which it goes
   * @param commit where it becomes ours, once
   */
  PickedMail(
      Premises premises, Generation generation, MailCommit commit, MailLog log, LeftMail mail) {
    this.premises = premises;
    this.generation = generation;
    this.commit = commit;
    this.log = log;
    this.mail = mail;
  }

  /**
   * Takes it.
   *
   * @return whether nothing is left to be done; else it is to be tried again later
   * @throws BrokenMail where it could never be taken, nor given back
   * @throws org.postroom.core.refusal.StorageFull when there is no room for it now
   * @throws org.postroom.core.refusal.StorageUnavailable when the store does not answer
   */
  boolean take() throws BrokenMail {
    OsUser user = new OsUser(mail.user());
    if (!generation.policy().permits(LocalRight.SUBMIT, user.name())) {
      throw new BrokenMail("user " + user.name() + " is not allowed to submit mail");
    }
    HandedInLimit limit = HandedInLimit.of(generation.settings());
    int recipients = mail.mail().recipients().size();
    if (recipients > limit.recipients()) { // a report that names each has no bound
      throw new BrokenMail("it has " + recipients + " recipients: more than " + limit.rule());
    }
    Envelope envelope = envelope();
    MailFlow flow = generation.flow().into(commit);
    Submitted answer;
    try {
      answer =
          new HandedInMail(
                  premises,
                  generation,
                  flow,
                  log,
                  envelope,
                  Whom.EVERYBODY,
                  user,
                  Optional.empty(),
                  limit)
              .submit(mail.content().stream());
    } catch (LookupUnavailable e) {
      return isGivenBack(flow, envelope, "4.3.0", "451 4.3.0 " + e.getMessage());
    }
    if (!(answer instanceof Submitted.Refused refused)) {
      return true;
    }
    if (refused.mayPass()) {
      return isGivenBack(flow, envelope, refused.reply().status(), refused.reply().toString());
    }
    giveBack(flow, envelope, refused.reply().status(), refused.reply().text());
    return true;
  }

  private Envelope envelope() throws BrokenMail {
    try {
      return mail.mail()
          .envelope(
              mail.user(), written -> generation.policy().qualified(WrittenAddress.parse(written)));
    } catch (IllegalArgumentException e) { // an address, a word, or nobody at all
      throw new BrokenMail("its envelope is none: " + e.getMessage());
    }
  }

  private boolean isGivenBack(MailFlow flow, Envelope envelope, String status, String reply) {
    Instant now = premises.clock().instant();
    if (!QueueParams.schedule(generation.settings())
        .isOver(mail.left(), envelope.sender().isNull(), now)) {
      LOG.info("{} of the maildrop waits: {}", mail.name(), reply);
      return false;
    }
    giveBack(flow, envelope, status, "delivery time expired: " + reply);
    return true;
  }

  private void giveBack(MailFlow flow, Envelope envelope, String status, String text) {
    LOG.info("{} of the maildrop is given back: {}", mail.name(), text);
    flow.giveBack(
        GivenBack.of(
            premises.commit().newId(), envelope, mail.content(), mail.left(), "maildrop:", 0),
        "5" + status.substring(1),
        text);
  }
}
