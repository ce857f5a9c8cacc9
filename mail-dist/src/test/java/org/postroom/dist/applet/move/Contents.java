package org.postroom.dist.applet.move;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.postroom.dist.ServerBuilder;
import org.postroom.dist.assembly.AskedServer;
import org.postroom.dist.assembly.DescribedServer;
import org.postroom.dist.operation.MailboxOperations;
import org.postroom.dist.operation.MailboxOperations.Kept;
import org.postroom.dist.operation.MailboxOperations.Mailboxes;
import org.postroom.dist.operation.MailboxOperations.Owner;
import org.postroom.dist.operation.MessageOperations;
import org.postroom.dist.operation.MessageOperations.Behind;
import org.postroom.dist.operation.MessageOperations.Known;
import org.postroom.dist.operation.MessageOperations.Page;
import org.postroom.dist.operation.MessageOperations.Some;
import org.postroom.dist.operation.MessageOperations.Where;

/** All that clients can see of somebody's mail, as texts. */
public final class Contents {
  private Contents() {}

  /** By mailbox: a line with its numbers, and a line for each message. */
  public static Map<String, List<String>> of(ServerBuilder server, String login) {
    Map<String, List<String>> all = new TreeMap<>();
    try (AskedServer.Client client = server.unwrap(DescribedServer.class).client()) {
      Mailboxes mailboxes = client.ask(MailboxOperations.LIST, new Owner(login));
      all.put("subscribed", mailboxes.subscribed());
      for (Kept row : mailboxes.mailboxes()) {
        Where where = new Where(login, row.name(), row.uidValidity());
        List<String> lines = new ArrayList<>();
        lines.add(row.uidValidity() + " " + row.uidNext());
        Optional<Behind> next = Optional.of(new Behind(where, 0));
        while (next.isPresent()) {
          Page page = client.ask(MessageOperations.LIST, next.get());
          for (Known one : page.messages()) {
            String digest =
                client
                    .ask(MessageOperations.DIGEST, new Some(where, List.of(one.uid()), 0))
                    .messages()
                    .get(0)
                    .sha256();
            lines.add(
                one.uid() + " " + one.flags() + " " + one.date() + " " + one.size() + " " + digest);
          }
          next = next.get().next(page);
        }
        all.put(row.name(), lines);
      }
    }
    return all;
  }
}
