package org.postroom.imap.command.list;

import java.util.ArrayList;
import java.util.List;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.wire.Saying;
import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.protocol.ImapWriter;
import org.postroom.imap.protocol.Responder;
import org.postroom.imap.session.Command;
import org.postroom.imap.session.Completion;
import org.postroom.imap.session.ImapState.Authenticated;

/** LIST (RFC 9051, 6.3.9), LSUB (RFC 3501, 6.3.9) and XLIST, which some clients still send. */
public record ListCommand(
    Verb verb,
    boolean subscribedOnly,
    boolean recursive,
    boolean specialUseOnly,
    List<String> patterns,
    boolean extended,
    boolean returnSubscribed,
    List<StatusItem> status)
    implements Command<Authenticated> {

  /** Which of the three. */
  public enum Verb {
    LIST,
    LSUB,
    XLIST
  }

  public ListCommand {
    patterns = List.copyOf(patterns);
    status = List.copyOf(status);
  }

  public static Command<Authenticated> parse(ImapReader in) {
    return ListGrammar.parse(in);
  }

  public static Command<Authenticated> parseLsub(ImapReader in) {
    return ListGrammar.simple(in, Verb.LSUB);
  }

  public static Command<Authenticated> parseXlist(ImapReader in) {
    return ListGrammar.simple(in, Verb.XLIST);
  }

  @Override
  public Completion execute(Authenticated state, Responder out) {
    if (patterns.equals(List.of("")) && verb != Verb.LSUB) {
      // Clients ask so for the separator, and some need the row.
      out.writer().ascii("* ").ascii(verb.name()).ascii(" (\\Noselect) \"/\" \"\"").crlf();
      return Completion.ok(verb + " completed.");
    }
    NameTree names =
        new NameTree(
            state.store().list(state.account()), state.store().subscriptions(state.account()));
    List<Glob> globs = patterns.stream().map(Glob::new).toList();
    Saying each =
        Saying.each(
            names.nodes().iterator(),
            node -> {
              if (verb == Verb.LSUB) {
                lsub(node, globs, out);
              } else {
                list(state.store(), node, globs, out);
              }
            });
    return Completion.saying(each, Completion.ok(verb + " completed."));
  }

  private static boolean matches(List<Glob> globs, String name) {
    return globs.stream().anyMatch(glob -> glob.matches(name));
  }

  private static boolean matchesLevel(List<Glob> globs, String name) {
    return globs.stream().anyMatch(glob -> glob.endsWithPercent() && glob.matches(name));
  }

  private void lsub(NameTree.Node node, List<Glob> globs, Responder out) {
    if (node.subscribed && matches(globs, node.name)) {
      List<String> flags = new ArrayList<>();
      special(node, flags);
      row(node.name, flags, false, out);
    } else if (node.subscribedBelow && matchesLevel(globs, node.name)) {
      row(node.name, List.of("\\Noselect"), false, out);
    }
  }

  private void list(MailStore store, NameTree.Node node, List<Glob> globs, Responder out) {
    if (!matches(globs, node.name)) {
      return;
    }
    boolean exists = node.mailbox != null;
    boolean childInfo = recursive && node.childSubscribedUnmatched(name -> matches(globs, name));
    if (subscribedOnly) {
      if (!node.subscribed && !childInfo) {
        return;
      }
    } else if (!exists && !(node.hasChildren && matchesLevel(globs, node.name))) {
      return;
    }
    if (specialUseOnly && (node.mailbox == null || node.mailbox.specialUse().isEmpty())) {
      return;
    }
    List<String> flags = new ArrayList<>();
    if (!exists) {
      flags.add(extended ? "\\NonExistent" : "\\Noselect");
    }
    flags.add(node.hasChildren ? "\\HasChildren" : "\\HasNoChildren");
    if (node.subscribed && (subscribedOnly || returnSubscribed)) {
      flags.add("\\Subscribed");
    }
    special(node, flags);
    row(node.name, flags, childInfo, out);
    if (!status.isEmpty() && node.mailbox != null) {
      StatusItem.write(store, node.mailbox, status, out.writer());
    }
  }

  private void special(NameTree.Node node, List<String> flags) {
    if (node.mailbox != null) {
      if (verb == Verb.XLIST && node.mailbox.name().isInbox()) {
        flags.add("\\Inbox");
      }
      node.mailbox.specialUse().ifPresent(use -> flags.add(use.attribute()));
    }
  }

  private void row(String name, List<String> flags, boolean childInfo, Responder out) {
    ImapWriter w = out.writer().ascii("* ").ascii(verb.name()).ascii(" (");
    w.ascii(String.join(" ", flags)).ascii(") \"/\" ").mailbox(name);
    w.ascii(childInfo ? " (\"CHILDINFO\" (\"SUBSCRIBED\"))" : "").crlf();
  }
}
