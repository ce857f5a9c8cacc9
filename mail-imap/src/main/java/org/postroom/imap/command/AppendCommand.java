package org.postroom.imap.command;

import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.postroom.core.mail.ContentSink;
import org.postroom.core.mail.StagedContent;
import org.postroom.core.mail.StorageFull;
import org.postroom.core.mail.StorageUnavailable;
import org.postroom.core.mailbox.InternalDate;
import org.postroom.core.mailbox.Keyword;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.mailbox.MailboxNotFound;
import org.postroom.core.mailbox.NewMessage;
import org.postroom.imap.protocol.FlagList;
import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.protocol.Refused;
import org.postroom.imap.protocol.Responder;
import org.postroom.imap.session.Authenticated;
import org.postroom.imap.session.Client;
import org.postroom.imap.session.Command;
import org.postroom.imap.session.Completion;
import org.postroom.imap.session.Sync;

/**
 * APPEND (RFC 9051, 6.3.12), of several messages too (RFC 3502). The messages are read while the
 * command runs: each goes to the staging area as it comes, line ends made CRLF, and nothing is
 * visible before all are there.
 *
 * @param in stands before the first message's flags, date or literal
 */
record AppendCommand(MailboxName target, ImapReader in) implements Command<Authenticated> {
  private static final Duration FUTURE = Duration.ofHours(2);

  static Command<Authenticated> parse(ImapReader in) {
    in.space();
    MailboxName target = in.mailbox();
    in.space();
    return new AppendCommand(target, in);
  }

  @Override
  public Completion execute(Authenticated state, Responder out) {
    Mailbox mailbox = state.mailbox(target, "TRYCREATE");
    List<NewMessage> messages = new ArrayList<>();
    try {
      do {
        if (messages.size() >= state.client().services().limits().appendMessages()) {
          throw new Refused("LIMIT", "Too many messages in one APPEND.");
        }
        messages.add(message(state));
      } while (!in.atEnd());
      MailStore.Appended appended = append(state, mailbox, messages);
      if (state.hasSelected(mailbox.id())) {
        state.sync(Sync.FULL, out);
      }
      return Completion.ok(
          "APPENDUID " + appended.uidValidity() + " " + appended.uids(), "APPEND completed.");
    } finally {
      messages.forEach(message -> message.content().close());
    }
  }

  private MailStore.Appended append(
      Authenticated state, Mailbox mailbox, List<NewMessage> messages) {
    try {
      return state.store().append(mailbox.id(), messages);
    } catch (MailboxNotFound deleted) {
      throw new Refused("TRYCREATE", "Mailbox does not exist.");
    }
  }

  private NewMessage message(Authenticated state) {
    long flags = 0;
    Set<Keyword> keywords = Set.of();
    if (in.at('(')) {
      FlagList list = in.flags();
      flags = list.system();
      keywords = list.keywords();
      in.space();
    }
    InternalDate now = InternalDate.of(OffsetDateTime.now(state.client().services().clock()));
    InternalDate date = now;
    if (in.at('"')) {
      date = in.dateTime();
      in.space();
      if (date.epochMillis() > now.epochMillis() + FUTURE.toMillis()) {
        date = now;
      }
    }
    return new NewMessage(content(state), flags, keywords, date);
  }

  private StagedContent content(Authenticated state) {
    Client client = state.client();
    // RFC 6855, 4: the form of clients that have enabled UTF8=ACCEPT; RFC 9755 has dropped it.
    boolean utf8 = client.isEnabled("UTF8=ACCEPT") && in.atWord("UTF8");
    if (utf8) {
      in.atom();
      in.space();
      in.open();
      in.expect('~');
    }
    ImapReader.Literal literal = in.literalHead();
    if (literal.length() > client.services().limits().appendLimit()) {
      if (literal.waits()) {
        throw new Refused("TOOBIG", "Message is too big.");
      }
      if (!in.maySkip(literal.length())) {
        in.abandon();
        throw Refused.last("TOOBIG", "Message is too big.");
      }
      in.skipLiteral(literal.length());
      throw new Refused("TOOBIG", "Message is too big.");
    }
    if (literal.length() == 0) {
      if (!literal.waits()) {
        in.skipLiteral(0);
      }
      throw new Refused("", "Message is empty.");
    }
    try (ContentSink sink = client.services().staging().open(literal.length())) {
      if (literal.waits()) {
        in.invite();
      }
      try {
        new CrlfIntake(sink)
            .read(client.connection(), literal.length(), client.services().limits().stall());
      } catch (StorageFull | StorageUnavailable full) {
        in.continueLine();
        throw full;
      }
      in.continueLine();
      if (utf8) {
        in.expect(')');
      }
      return sink.finish();
    }
  }
}
