package org.postroom.smtp.client;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.postroom.core.address.ReversePath;
import org.postroom.core.flow.SessionNotices;
import org.postroom.smtp.protocol.RecentLines;
import org.postroom.smtp.protocol.Tracing;

/**
 * What was said in a session with a server, in commands and replies: for the log and who watches
 * mail, and for the postmaster, who may want to hear of answers that no server may give. Where he
 * does not, nothing is kept; where he has heard, nothing more is. Belongs to its connection.
 */
final class ServerTranscript {
  private static final String AUTH = "AUTH ";
  private static final String CUT = "***";

  /** So much of one reply is kept, lest what it was to is lost. */
  private static final int LONGEST_REPLY = 1000;

  private final Tracing.Trace trace;
  private final Optional<SessionNotices> notices;
  private final String protocol;
  private final Target server;
  private final RecentLines lines = new RecentLines();

  private boolean isKept;
  private boolean isUnexpected;

  /** Whether it is told of the mail that the session is about. */
  private boolean isOfMail;

  /**
   * Begins.
   *
   * @param trace where the same is written down at once, if somebody wants to see it
   * @param notices empty where the postmaster does not want to hear
   * @param protocol {@code SMTP} or {@code LMTP}
   */
  ServerTranscript(
      Tracing.Trace trace, Optional<SessionNotices> notices, String protocol, Target server) {
    this.trace = trace;
    this.notices = notices;
    this.protocol = protocol;
    this.server = server;
    this.isKept = notices.isPresent();
  }

  /**
   * What follows is about mail.
   *
   * @param sender its sender, as we know him
   * @param onlooker who watches it
   */
  void isAbout(ReversePath sender, Optional<Consumer<String>> onlooker) {
    trace.showTo(onlooker);
    isOfMail = notices.filter(some -> some.mayBeOfMailFrom(sender)).isPresent();
  }

  /** We have said a line. */
  void said(String line) {
    trace.said(() -> line);
    keep("Out: ", line);
  }

  /** We have said a line that logs us in: no more of it than the name of a mechanism is kept. */
  void saidSecret(String line) {
    trace.saidSecret(line);
    keep("Out: ", beginsLogIn(line) ? line : CUT);
  }

  /** Whether a line that logs us in is the first such, which names the mechanism. */
  static boolean beginsLogIn(String line) {
    return line.regionMatches(true, 0, AUTH, 0, AUTH.length());
  }

  /** The server has answered. */
  void heard(Reply reply) {
    trace.heard(reply::written);
    keep(reply, reply.code() == 0 ? reply.text() : reply.written());
  }

  /** It has answered what logs us in, of which no more is kept than the code. */
  void heardSecret(Reply reply) {
    String said = reply.code() + " " + CUT;
    trace.heard(() -> said);
    keep(reply, reply.code() == 0 ? CUT : said);
  }

  private void keep(Reply reply, String said) {
    isUnexpected |= reply.code() == 0; // whatever it was to
    if (isKept) {
      int length = 0;
      for (String line : said.split("\n", -1)) {
        if (length > LONGEST_REPLY) {
          keep("In:  ", "...");
          return;
        }
        keep("In:  ", line);
        length += line.length();
      }
    }
  }

  private void keep(String who, String line) {
    if (isKept) {
      lines.add(new Line(who + RecentLines.cut(Tracing.shown(line))));
    }
  }

  /** Mail has failed, or waits, because of this answer. */
  void failedBy(Reply reply) {
    isUnexpected |= isUnexpected(reply.code());
  }

  /**
   * Whether an answer by which mail has failed is one that no server may give: that it does not
   * understand us (RFC 5321, 4.2.2: x0z is of syntax; 555 is of parameters), or no failure at all.
   */
  static boolean isUnexpected(int code) {
    return code < 400 || code >= 500 && code < 510 || code == 555;
  }

  /** The session is over with the mail: tells the postmaster, if there is something. May wait. */
  void over() {
    if (isKept && isUnexpected && isOfMail) {
      isKept = false;
      notices.ifPresent(some -> some.tellOfServer(protocol, server.toString(), lines.lines()));
      lines.clear();
    }
    isUnexpected = false;
  }

  private record Line(String text) implements RecentLines.Said {
    @Override
    public int length() {
      return text.length();
    }

    @Override
    public List<String> lines() {
      return List.of(text);
    }
  }
}
