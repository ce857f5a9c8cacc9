package org.postroom.testkit;

import java.util.function.Predicate;

/** What tests wait for. */
public final class Mails {
  private Mails() {}

  /** Any mail. */
  public static Predicate<ReceivedMail> any() {
    return mail -> true;
  }

  /** Mail whose envelope has this recipient. */
  public static Predicate<ReceivedMail> to(String address) {
    return mail -> mail.recipients().stream().anyMatch(address::equalsIgnoreCase);
  }

  /** Mail whose envelope has this sender. */
  public static Predicate<ReceivedMail> from(String address) {
    return mail -> mail.sender().equalsIgnoreCase(address);
  }

  /** Mail in this mailbox, sent there or put there by IMAP's APPEND. */
  public static Predicate<ReceivedMail> in(String account, String folder) {
    return mail ->
        mail.mailboxes().stream()
            .anyMatch(
                one -> one.account().equalsIgnoreCase(account) && one.folder().equals(folder));
  }

  /** Mail with this subject. */
  public static Predicate<ReceivedMail> withSubject(String subject) {
    return mail -> mail.subject().equals(subject);
  }
}
