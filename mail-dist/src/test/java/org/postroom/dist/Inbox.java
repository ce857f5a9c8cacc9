package org.postroom.dist;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.postroom.core.auth.AccountId;
import org.postroom.core.mailbox.MailStore.Detail;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.mailbox.UidSet;

/** What lies in an account's INBOX. */
public final class Inbox {
  private Inbox() {}

  /** All messages, the oldest first. */
  public static List<String> of(MailServer server, String login) {
    AccountId account = server.inside().accounts().byLogin(login).orElseThrow().id();
    List<String> messages = new ArrayList<>();
    server
        .inside()
        .mail()
        .find(account, MailboxName.INBOX)
        .ifPresent(
            inbox ->
                server
                    .inside()
                    .mail()
                    .read(
                        inbox.id(),
                        UidSet.range(1, 0xFFFF_FFFFL),
                        Set.of(Detail.CONTENT),
                        row ->
                            messages.add(
                                new String(row.content().orElseThrow().toBytes(), UTF_8))));
    return messages;
  }
}
