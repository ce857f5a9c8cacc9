package org.postroom.imap.command;

import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.postroom.core.arrival.StagedContent;
import org.postroom.core.config.Settings;
import org.postroom.core.mailbox.InternalDate;
import org.postroom.core.mailbox.Keyword;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.NewMessage;
import org.postroom.core.refusal.MailboxNotFound;
import org.postroom.core.wire.Line;
import org.postroom.core.wire.Saying;
import org.postroom.imap.param.ImapParams;
import org.postroom.imap.protocol.FlagList;
import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.protocol.Refused;
import org.postroom.imap.protocol.Responder;
import org.postroom.imap.session.Client;
import org.postroom.imap.session.Completion;
import org.postroom.imap.session.ImapState.Authenticated;
import org.postroom.imap.session.Sync;

/**
 * The messages of an APPEND on their way: each goes to the staging area as it comes, line ends made
 * CRLF, and nothing is visible before all are there. What can be checked is checked before a client
 * is invited to send.
 */
final class Appending {
  private static final Duration FUTURE = Duration.ofHours(2);

  private final Authenticated user;
  private final Mailbox mailbox;
  private final ImapReader in;
  private final Responder out;
  private final Settings settings;
  private final List<NewMessage> messages = new ArrayList<>(1);

  Appending(Authenticated user, Mailbox mailbox, ImapReader in, Responder out) {
    this.user = user;
    this.mailbox = mailbox;
    this.in = in;
    this.out = out;
    this.settings = user.client().services().settings();
  }

  /** The message that begins where the reader stands. */
  Completion next() {
    try {
      if (messages.size() >= settings.get(ImapParams.APPEND_MESSAGES)) {
        throw new Refused("LIMIT", "Too many messages in one APPEND.");
      }
      return receive(head());
    } catch (RuntimeException refused) {
      forget();
      throw refused;
    }
  }

  /**
   * What stands before a message's octets.
   *
   * @param isUtf8 whether they are in the parentheses of RFC 6855
   */
  private record Head(
      long flags,
      Set<Keyword> keywords,
      InternalDate date,
      boolean isUtf8,
      ImapReader.Literal literal) {}

  private Head head() {
    long flags = 0;
    Set<Keyword> keywords = Set.of();
    if (in.at('(')) {
      FlagList list = in.flags();
      flags = list.system();
      keywords = list.keywords();
      in.space();
    }
    InternalDate date = date();
    // RFC 6855, 4: the form of clients that have enabled UTF8=ACCEPT; RFC 9755 has dropped it.
    boolean utf8 = user.client().isEnabled("UTF8=ACCEPT") && in.atWord("UTF8");
    if (utf8) {
      in.atom();
      in.space();
      in.open();
      in.expect('~');
    }
    ImapReader.Literal literal = in.literalHead();
    if (literal.length() > settings.get(ImapParams.APPEND_LIMIT)) {
      throw new Refused("TOOBIG", "Message is too big.");
    }
    if (literal.length() == 0) {
      throw new Refused("", "Message is empty.");
    }
    return new Head(flags, keywords, date, utf8, literal);
  }

  private InternalDate date() {
    InternalDate now = InternalDate.of(OffsetDateTime.now(user.client().services().clock()));
    if (!in.at('"')) {
      return now;
    }
    InternalDate date = in.dateTime();
    in.space();
    return date.epochMillis() > now.epochMillis() + FUTURE.toMillis() ? now : date;
  }

  private Completion receive(Head head) {
    Client client = user.client();
    long length = head.literal().length();
    MessageIntake intake =
        new MessageIntake(client.services().staging().open(length), this::forget);
    if (head.literal().waits()) {
      in.invite();
    }
    return client.receive(length, intake, line -> received(head, intake, line));
  }

  /** A message has come, and the line behind it. */
  private Completion received(Head head, MessageIntake intake, Line behind) {
    try (intake) {
      in.next(behind);
      StagedContent content = intake.finish();
      messages.add(new NewMessage(content, head.flags(), head.keywords(), head.date()));
      if (head.isUtf8()) {
        in.expect(')');
      }
      if (in.atEnd()) {
        return append();
      }
    } catch (RuntimeException failure) {
      forget();
      throw failure;
    }
    return next();
  }

  private Completion append() {
    MailStore.Appended appended;
    try {
      appended = user.store().append(mailbox.id(), messages);
    } catch (MailboxNotFound deleted) {
      throw new Refused("TRYCREATE", "Mailbox does not exist.");
    }
    forget();
    Completion done =
        Completion.ok(
            "APPENDUID " + appended.uidValidity() + " " + appended.uids(), "APPEND completed.");
    Saying news = user.hasSelected(mailbox.id()) ? user.sync(Sync.FULL, out) : Saying.NOTHING;
    return Completion.saying(news, done);
  }

  /** Gives back what has come so far. */
  private void forget() {
    messages.forEach(message -> message.content().close());
    messages.clear();
  }
}
