package org.postroom.pop3.command;

import java.util.Locale;
import org.postroom.pop3.protocol.Arguments;
import org.postroom.pop3.protocol.Refused;
import org.postroom.pop3.protocol.Replies;
import org.postroom.pop3.session.Pop3Session;
import org.postroom.pop3.session.Pop3State;

/**
 * LANG (RFC 6856, 3): which language replies are in. There is one: English, which is the default.
 */
final class LangCommand {
  private LangCommand() {}

  static void execute(Pop3Session session, Pop3State state, Arguments arguments) {
    Replies replies = session.replies();
    if (arguments.isAtEnd()) {
      replies.ok("Languages:");
      replies.line("i-default English");
      replies.line("en English");
      replies.end();
      return;
    }
    String wanted = arguments.word("language");
    arguments.end();
    replies.ok(tag(wanted) + " English it is.");
  }

  /** A language that is wanted more exactly than it is there is there (RFC 4647, 3.4). */
  private static String tag(String wanted) {
    String lower = wanted.toLowerCase(Locale.ROOT);
    if (lower.equals("*") || lower.equals("i-default")) {
      return "i-default";
    }
    if (lower.equals("en") || lower.startsWith("en-")) {
      return "en";
    }
    throw new Refused("There is no such language here.");
  }
}
