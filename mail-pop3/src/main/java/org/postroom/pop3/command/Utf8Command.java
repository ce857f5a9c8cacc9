package org.postroom.pop3.command;

import org.postroom.pop3.protocol.Arguments;
import org.postroom.pop3.session.Pop3Session;
import org.postroom.pop3.session.Pop3State.Authorization;

/** UTF8 (RFC 6856, 2): messages go out as they are stored; they do so without it too. */
final class Utf8Command {
  private Utf8Command() {}

  static void execute(Pop3Session session, Authorization state, Arguments arguments) {
    arguments.end();
    session.replies().ok("UTF8 enabled.");
  }
}
