package org.postroom.smtp.server;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postroom.core.flow.NoticeClass;
import org.postroom.core.flow.SessionNotices;
import org.postroom.smtp.protocol.RecentLines;
import org.postroom.smtp.protocol.SmtpReply;
import org.postroom.smtp.protocol.Tracing;

/**
 * What was said in a session, in commands and replies, and what went wrong in it, for the
 * postmaster who may want to hear of it: the last few thousand characters. Where he hears of no
 * session, nothing is kept.
 */
final class Transcript {
  private static final String AUTH = "auth";

  private final SessionNotices notices;
  private final Tracing.Trace trace;
  private final boolean isKept;
  private final RecentLines lines = new RecentLines();
  private final Set<NoticeClass> troubles = EnumSet.noneOf(NoticeClass.class);
  private boolean isJudged;
  private String end = "";

  /**
   * Begins.
   *
   * @param trace where the same is written down at once, if somebody wants to see it
   */
  Transcript(SessionNotices notices, Tracing.Trace trace) {
    this.notices = notices;
    this.trace = trace;
    this.isKept = notices.areWanted();
  }

  /**
   * What was said at once.
   *
   * @param ours a reply; null where the client has spoken
   * @param theirs a command; empty where we have answered
   */
  private record Line(@Nullable SmtpReply ours, String theirs) implements RecentLines.Said {
    @Override
    public int length() {
      return ours == null ? theirs.length() : ours.text().length();
    }

    @Override
    public List<String> lines() {
      return ours == null
          ? List.of("In:  " + theirs.strip())
          : ours.wireLines().stream().map(line -> "Out: " + Tracing.shown(line)).toList();
    }
  }

  /** The client has said a command. What logs it in is not kept. */
  void heard(Supplier<String> said) {
    trace.heard(said);
    if (isKept) {
      String line = said.get();
      String kept = mayBeSecret(line) ? Tracing.shown(line.strip()) : line;
      lines.add(new Line(null, RecentLines.cut(kept)));
    }
  }

  private static boolean mayBeSecret(String line) {
    for (int i = 0; i + AUTH.length() <= line.length(); i++) {
      boolean begins = (line.charAt(i) | ' ') == AUTH.charAt(0); // asked of every line there is
      if (begins && line.regionMatches(true, i, AUTH, 0, AUTH.length())) {
        return true;
      }
    }
    return false;
  }

  /** Policy has refused what was said last; the reply that says so is next. */
  void refused(SmtpReply reply) {
    ofJudgement(reply).ifPresent(troubles::add);
    isJudged = true;
  }

  /** We have answered. */
  void said(SmtpReply reply) {
    trace.said(() -> String.join("\n", reply.wireLines()));
    if (!isJudged && reply.code() >= 400) {
      ofReply(reply).ifPresent(troubles::add);
    }
    isJudged = false;
    if (isKept) {
      lines.add(new Line(reply, ""));
    }
  }

  /** The session ends for this reason. */
  void aborted(String why) {
    end = why;
  }

  /** Tells the postmaster, where there is something to tell; once, at the end. May wait. */
  void tell(Supplier<String> client) {
    if (isKept && !troubles.isEmpty() && notices.areWanted(troubles)) {
      notices.tell(client.get(), lines.lines(), end);
      troubles.clear();
    }
  }

  /** Of what class a refusal of policy is. */
  static Optional<NoticeClass> ofJudgement(SmtpReply reply) {
    if (reply.status().endsWith(".1.1")) {
      return Optional.of(NoticeClass.BOUNCE);
    }
    return reply.isTransient() && reply.status().startsWith("4.3.")
        ? Optional.of(reply.status().equals("4.3.5") ? NoticeClass.SOFTWARE : NoticeClass.DATA)
        : Optional.of(NoticeClass.POLICY);
  }

  /** Of what class any other reply is; empty for one that is no error, or nobody's. */
  static Optional<NoticeClass> ofReply(SmtpReply reply) {
    if (reply.code() < 400) {
      return Optional.empty();
    }
    String status = reply.status().isEmpty() ? "" : reply.status().substring(1);
    if (reply.code() >= 500 && reply.code() <= 504 || reply.code() == 555) {
      return Optional.of(NoticeClass.PROTOCOL);
    }
    return switch (status) {
      // A mailbox that is full is its owner's matter; that we end, or have no room for another
      // session, whoever connects would have us tell of each.
      case ".3.1" -> Optional.of(NoticeClass.RESOURCE);
      case ".3.0", ".3.5" -> Optional.of(NoticeClass.SOFTWARE);
      // A wrong password is no matter of policy.
      case ".7.8" -> Optional.empty();
      default ->
          status.startsWith(".5.")
              ? Optional.of(NoticeClass.PROTOCOL)
              : status.startsWith(".7.") || status.equals(".3.4")
                  ? Optional.of(NoticeClass.POLICY)
                  : Optional.empty();
    };
  }
}
