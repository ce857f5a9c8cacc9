package org.postroom.core.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.InetAddress;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.postroom.core.address.Address;
import org.postroom.core.address.Domain;
import org.postroom.core.address.ReversePath;
import org.postroom.core.arrival.StagedContent;
import org.postroom.core.arrival.Submission;
import org.postroom.core.auth.Account;
import org.postroom.core.mail.BodyType;
import org.postroom.core.mail.Content;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.Origin;
import org.postroom.core.mail.Recipient;
import org.postroom.core.mailbox.Flags;
import org.postroom.core.mailbox.InternalDate;
import org.postroom.core.mailbox.Keyword;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.mailbox.NewMessage;
import org.postroom.core.queue.Acceptance;
import org.postroom.core.secret.Secret;
import org.postroom.core.time.VirtualTime;

/**
 * What the contracts of the stores share: one set of stores for all tests of a class, by virtual
 * time; each test has an account of its own in it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class StoreContract {
  static final Instant START = Instant.parse("2026-03-01T08:00:00Z");

  final VirtualTime time = VirtualTime.startingAt(START);
  private Stores stores;
  private int accounts;
  Account ada;

  /** Opens stores that are empty and go by {@code clock}. */
  protected abstract Stores open(Clock clock);

  @BeforeAll
  void openStores() {
    stores = open(time);
  }

  @AfterAll
  void closeStores() {
    stores.close();
  }

  @BeforeEach
  void addAda() {
    ada = newAccount("ada");
  }

  final Stores stores() {
    return stores;
  }

  final Account newAccount(String name) {
    return stores.accounts().add(name + ++accounts + "@example.org", Secret.of("secret"));
  }

  static Address address(String text) {
    int at = text.lastIndexOf('@');
    return Address.of(text.substring(0, at), Domain.of(text.substring(at + 1)));
  }

  final MailboxId inbox() {
    return inbox(ada);
  }

  final MailboxId inbox(Account account) {
    return stores.mail().find(account.id(), MailboxName.INBOX).orElseThrow().id();
  }

  final MailboxId newMailbox(String name) {
    return stores.mail().create(ada.id(), MailboxName.of(name), Optional.empty()).id();
  }

  static StagedContent text(String subject) {
    return StagedOctets.of("Subject: " + subject + "\n\nThis is " + subject + ".\n");
  }

  static NewMessage message(String subject) {
    return message(subject, 0);
  }

  static NewMessage message(String subject, long flags, String... keywords) {
    return new NewMessage(
        text(subject), flags & Flags.SYSTEM, keywords(keywords), new InternalDate(1_000, 90));
  }

  static Set<Keyword> keywords(String... names) {
    Set<Keyword> keywords = new LinkedHashSet<>();
    for (String name : names) {
      keywords.add(new Keyword(name));
    }
    return keywords;
  }

  /** Appends so many messages to a mailbox. */
  final void fill(MailboxId mailbox, int count) {
    List<NewMessage> messages = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      messages.add(message("m" + i));
    }
    stores.mail().append(mailbox, messages);
  }

  /** A mail of now from {@code sender} for {@code recipients}, who are {@code user@domain}. */
  final Submission mail(StagedContent content, List<String> recipients) {
    Envelope envelope =
        new Envelope(
            ReversePath.of(address("grace@example.net")),
            recipients.stream()
                .map(
                    r ->
                        new Recipient(
                            address(r),
                            Set.of(Recipient.Notify.FAILURE),
                            Optional.of("rfc822;" + r)))
                .toList(),
            BodyType.EIGHT_BIT_MIME,
            true,
            Optional.of("env+id"),
            Optional.of(false),
            true);
    Submission.Client client =
        new Submission.Client(
            InetAddress.getLoopbackAddress(), "localhost", "me", Optional.empty(), "ESMTP");
    return new Submission(
        stores.mailCommit().newId(), Origin.SMTP, client, envelope, content, time.instant());
  }

  /** A mail into a mailbox, with a header of its own. */
  final Acceptance delivery(
      StagedContent content, Account account, MailboxName mailbox, String header) {
    Acceptance.Delivery delivery =
        new Acceptance.Delivery(
            account.id(),
            mailbox,
            Recipient.of(address(account.login())),
            Content.of(header.getBytes(UTF_8)));
    return new Acceptance(mail(content, List.of(account.login())), List.of(delivery), List.of());
  }
}
