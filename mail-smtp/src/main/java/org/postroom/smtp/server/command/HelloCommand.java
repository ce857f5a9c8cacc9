package org.postroom.smtp.server.command;

import java.util.Optional;
import java.util.regex.Pattern;
import org.postroom.core.inquiry.Notes;
import org.postroom.core.log.LogText;
import org.postroom.core.policy.Decision;
import org.postroom.smtp.protocol.BadCommand;
import org.postroom.smtp.protocol.Offer;
import org.postroom.smtp.protocol.SmtpReader;
import org.postroom.smtp.protocol.SmtpReply;
import org.postroom.smtp.server.Command;
import org.postroom.smtp.server.Dialect;
import org.postroom.smtp.server.SmtpSession;
import org.postroom.smtp.server.SmtpState;

/**
 * EHLO and HELO (RFC 5321, 4.1.1.1), LHLO (RFC 2033, 4.1): the client's name, and what is offered
 * to it. Any word is taken for a name and worth nothing: what could pass for something else in a
 * log or a header is neutered before anybody sees it, as Postfix does, and blanks are too.
 */
record HelloCommand(String name, boolean extended) implements Command<SmtpState> {
  private static final Pattern NO_PART_OF_A_NAME = Pattern.compile("[\\s<>()\\\\\";@]");

  static HelloCommand parseEhlo(SmtpReader in, Dialect dialect) {
    return new HelloCommand(name(in, "EHLO"), true);
  }

  static HelloCommand parseLhlo(SmtpReader in, Dialect dialect) {
    return new HelloCommand(name(in, "LHLO"), true);
  }

  static HelloCommand parseHelo(SmtpReader in, Dialect dialect) {
    return new HelloCommand(name(in, "HELO"), false);
  }

  @Override
  public void execute(SmtpSession session, SmtpState state) {
    session.reset(
        () ->
            session.inquire(
                new Notes(),
                facts -> session.judging().helo(name, facts),
                decision -> answer(session, decision)));
  }

  private void answer(SmtpSession session, Decision decision) {
    if (session.passes(decision, Optional.empty())) {
      session.judging().greeted(decision);
      greet(session);
    }
  }

  private void greet(SmtpSession session) {
    String hostname = session.services().hostname();
    if (extended) {
      Offer offer = session.offer();
      session.greet(new SmtpSession.Greeting(name, true, offer));
      session.reply(offer.reply(hostname));
    } else {
      session.greet(new SmtpSession.Greeting(name, false, Offer.NOTHING));
      session.reply(SmtpReply.of(250, "", hostname));
    }
  }

  private static String name(SmtpReader in, String verb) {
    String name = in.rest();
    if (name.isEmpty()) {
      throw new BadCommand(501, "5.5.4", "Syntax: " + verb + " hostname");
    }
    return LogText.of(NO_PART_OF_A_NAME.matcher(name).replaceAll("?"));
  }
}
