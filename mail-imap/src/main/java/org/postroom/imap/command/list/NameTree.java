package org.postroom.imap.command.list;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.MailboxName;

/** All names of an account: mailboxes, subscribed names, and the parents nobody made. */
final class NameTree {
  private final TreeMap<MailboxName, Node> nodes = new TreeMap<>();

  /** One name. */
  static final class Node {
    final String name;
    @Nullable Mailbox mailbox;
    boolean subscribed;
    boolean hasChildren;
    boolean subscribedBelow;
    private final List<String> subscribedNamesBelow = new ArrayList<>();

    Node(MailboxName name) {
      this.name = name.value();
    }

    boolean childSubscribedUnmatched(java.util.function.Predicate<String> matched) {
      return subscribedNamesBelow.stream().anyMatch(below -> !matched.test(below));
    }
  }

  NameTree(List<Mailbox> mailboxes, Set<MailboxName> subscriptions) {
    for (Mailbox mailbox : mailboxes) {
      node(mailbox.name()).mailbox = mailbox;
    }
    for (MailboxName name : subscriptions) {
      node(name).subscribed = true;
    }
    for (Mailbox mailbox : mailboxes) {
      parents(mailbox.name(), parent -> parent.hasChildren = true);
    }
    for (MailboxName name : subscriptions) {
      parents(
          name,
          parent -> {
            parent.subscribedBelow = true;
            parent.subscribedNamesBelow.add(name.value());
          });
    }
  }

  private Node node(MailboxName name) {
    return nodes.computeIfAbsent(name, Node::new);
  }

  private void parents(MailboxName name, java.util.function.Consumer<Node> visitor) {
    Optional<MailboxName> parent = name.parent();
    while (parent.isPresent()) {
      visitor.accept(node(parent.get()));
      parent = parent.get().parent();
    }
  }

  /** INBOX first, then by name. */
  Iterable<Node> nodes() {
    return nodes.values();
  }
}
