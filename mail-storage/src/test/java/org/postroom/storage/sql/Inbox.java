package org.postroom.storage.sql;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.postroom.core.arrival.StagedContent;
import org.postroom.core.mailbox.InternalDate;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.mailbox.NewMessage;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.secret.Secret;
import org.postroom.core.testing.StagedOctets;

/** The INBOX of a store's one account, which is added where there is none. */
final class Inbox {
  private static final String SUBJECT = "Subject: ";

  private Inbox() {}

  static MailboxId inbox(Engine store) {
    if (store.accounts().list().isEmpty()) {
      store.accounts().add("ada@example.org", Secret.of("x"));
    }
    return store
        .mail()
        .find(store.accounts().list().get(0).id(), MailboxName.INBOX)
        .orElseThrow()
        .id();
  }

  static NewMessage message(StagedContent content) {
    return new NewMessage(content, 0, Set.of(), new InternalDate(1, 0));
  }

  static NewMessage message(String subject) {
    return message(content(subject, "body"));
  }

  static StagedContent content(String subject, String body) {
    return StagedOctets.of(SUBJECT + subject + "\n\n" + body + "\n");
  }

  /** One in each unit of work. */
  static void append(Engine store, NewMessage... messages) {
    MailboxId inbox = inbox(store);
    Arrays.stream(messages).forEach(one -> store.mail().append(inbox, List.of(one)));
  }

  static void append(Engine store, String... subjects) {
    append(store, Arrays.stream(subjects).map(Inbox::message).toArray(NewMessage[]::new));
  }

  static List<byte[]> bodies(Engine store) {
    MailboxId inbox = inbox(store);
    List<byte[]> found = new ArrayList<>();
    UidSet uids = store.mail().snapshot(inbox).uids();
    store
        .mail()
        .read(
            inbox,
            uids,
            EnumSet.of(MailStore.Detail.CONTENT),
            row -> found.add(row.content().orElseThrow().toBytes()));
    assertThat(found).hasSize(uids.size());
    return found;
  }

  static List<String> subjects(Engine store) {
    return bodies(store).stream().map(Inbox::subject).toList();
  }

  static String subject(byte[] message) {
    String text = new String(message, US_ASCII);
    assertThat(text).startsWith(SUBJECT);
    return text.substring(SUBJECT.length(), text.indexOf('\r'));
  }
}
