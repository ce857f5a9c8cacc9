package org.postroom.core.policy;

import static org.postroom.core.restriction.Verdict.DUNNO;

import org.postroom.core.address.Address;
import org.postroom.core.fact.Facts;
import org.postroom.core.restriction.Verdict;

/** Restrictions that look at whose the sender's address is: it is his who gets its mail. */
final class OwnershipRules {
  private OwnershipRules() {}

  static Verdict rejectMismatch(PolicyContext mail, Facts facts) {
    return mail.client().login().isPresent()
        ? rejectOthers(mail, facts)
        : rejectStrangers(mail, facts);
  }

  static Verdict rejectOthers(PolicyContext mail, Facts facts) {
    if (mail.client().login().isEmpty() || mail.senderWithAddress().isEmpty()) {
      return DUNNO;
    }
    Address sender = mail.senderWithAddress().get();
    return mail.sources().directory().isClients(sender, facts) ? DUNNO : notOwned(mail, sender);
  }

  static Verdict rejectStrangers(PolicyContext mail, Facts facts) {
    if (mail.client().login().isPresent() || mail.senderWithAddress().isEmpty()) {
      return DUNNO;
    }
    Address sender = mail.senderWithAddress().get();
    return mail.sources().directory().isOwned(sender, facts)
        ? refused(sender, "not logged in")
        : DUNNO;
  }

  static Verdict rejectKnown(PolicyContext mail, Facts facts) {
    if (mail.client().login().isEmpty() || mail.senderWithAddress().isEmpty()) {
      return rejectStrangers(mail, facts);
    }
    Address sender = mail.senderWithAddress().get();
    Directory directory = mail.sources().directory();
    return directory.isOwned(sender, facts) && !directory.isClients(sender, facts)
        ? notOwned(mail, sender)
        : DUNNO;
  }

  private static Verdict notOwned(PolicyContext mail, Address sender) {
    return refused(sender, "not owned by user " + mail.client().login().orElse(""));
  }

  private static Verdict refused(Address sender, String why) {
    return Verdict.Reject.of(553, ".7.1", Party.SENDER.rejected(sender, why));
  }
}
