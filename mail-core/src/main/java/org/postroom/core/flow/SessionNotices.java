package org.postroom.core.flow;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.arrival.ContentSink;
import org.postroom.core.arrival.MailDate;
import org.postroom.core.arrival.StagedContent;
import org.postroom.core.arrival.Staging;
import org.postroom.core.arrival.Submission;
import org.postroom.core.config.Settings;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mail.Origin;
import org.postroom.core.mail.QueueId;
import org.postroom.core.mail.Recipient;
import org.postroom.core.policy.Policy;
import org.postroom.core.policy.PolicyParams;
import org.postroom.core.trouble.Reason;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the postmaster of sessions in which something went wrong that he wants to hear of ({@code
 * notify_classes}), with what was said in them. Nothing depends on it: a notice that cannot be
 * taken now is left out, with a line in the log. So is one beyond a few at once and one a minute:
 * whoever connects can be the cause of one, and so can any server, and a notice that comes in here
 * again; the next says how many were.
 */
public final class SessionNotices {
  private static final Logger LOG = LoggerFactory.getLogger(SessionNotices.class);

  private static final String INDENT = "     ";

  /** So many notices at once, and one more whenever so much time has gone by. */
  private static final int AT_ONCE = 20;

  private static final Duration FOR_ONE = Duration.ofMinutes(1);

  private final Notices notices;
  private final boolean areWanted;
  private final MailFlow flow;
  private final Staging staging;
  private final String hostname;
  private final String daemon;
  private final String product;
  private final Clock clock;
  private final ZoneId zone;
  private final Ration ration;

  private SessionNotices(
      Settings settings, Policy policy, MailFlow flow, Staging staging, Clock clock, ZoneId zone) {
    this.notices = Notices.of(settings, policy);
    this.areWanted = NoticeClass.ofSessions().stream().anyMatch(notices.wanted()::contains);
    this.flow = flow;
    this.staging = staging;
    this.hostname = policy.hostname().name();
    this.daemon = "MAILER-DAEMON@" + policy.origin().name();
    this.product = settings.get(PolicyParams.MAIL_NAME);
    this.clock = clock;
    this.zone = zone;
    this.ration = new Ration(AT_ONCE, FOR_ONE, clock);
  }

  /**
   * As settings have it.
   *
   * @param flow takes the notices
   * @param staging where they lie until then
   */
  public static SessionNotices of(
      Settings settings, Policy policy, MailFlow flow, Staging staging, Clock clock, ZoneId zone) {
    return new SessionNotices(settings, policy, flow, staging, clock, zone);
  }

  /** Whether he hears of any session. */
  public boolean areWanted() {
    return areWanted;
  }

  /** Whether he hears of a session in which these things went wrong. */
  public boolean areWanted(Set<NoticeClass> troubles) {
    return !Collections.disjoint(notices.wanted(), troubles);
  }

  /**
   * Whether he may hear of a session in which mail of this sender was sent: not where it is a
   * notification, which would be the cause of the next one.
   */
  public boolean mayBeOfMailFrom(ReversePath sender) {
    return !notices.orReportsAreFrom(sender);
  }

  /**
   * Tells him of a session with a client, unless he has heard of many. On a thread that may wait.
   *
   * @param peer with whom the session was
   * @param transcript its lines, each with who has said it in front
   * @param end why it was not brought to its end; empty when it was
   */
  public void tell(String peer, List<String> transcript, String end) {
    tell("SMTP server", peer, "", transcript, end);
  }

  /**
   * The same of a session with a server, which has answered what no server may.
   *
   * @param protocol {@code SMTP} or {@code LMTP}
   * @param peer the server
   */
  public void tellOfServer(String protocol, String peer, List<String> transcript) {
    tell(protocol + " client", peer, "Unexpected response from " + peer + ".", transcript, "");
  }

  /**
   * Tells him.
   *
   * @param side what we were in the session
   * @param about what happened, before its lines; empty where they say it
   */
  private void tell(String side, String peer, String about, List<String> transcript, String end) {
    Address to = notices.errors();
    OptionalLong leftOut = ration.take();
    if (leftOut.isEmpty()) {
      LOG.info("no notice to <{}> of errors from {}: he has heard of many", to, peer);
      return;
    }
    try {
      QueueId id = flow.newId();
      Instant now = clock.instant();
      try (ContentSink sink = staging.open(0)) {
        String subject = product + " " + side + ": errors from " + peer;
        String text = text(about, transcript, end, leftOut);
        byte[] octets = mail(id, to, subject, text, now).getBytes(UTF_8);
        sink.write(octets, 0, octets.length);
        Envelope envelope =
            Envelope.of(
                ReversePath.of(notices.sender()),
                List.of(new Recipient(to, Set.of(), Optional.empty())));
        Submission.Client self =
            new Submission.Client(
                InetAddress.getLoopbackAddress(), "localhost", "", Optional.empty(), "NOTICE");
        try (StagedContent content = sink.finish()) {
          hand(new Submission(id, Origin.REPORT, self, envelope, content, now), peer);
        }
      }
    } catch (RuntimeException e) {
      LOG.warn("no notice to <{}> of errors from {}: {}", to, peer, Reason.text(e));
    }
  }

  private void hand(Submission notice, String peer) {
    if (flow.accept(notice) instanceof Handover.Refused refused) {
      LOG.warn("no notice to the postmaster of errors from {}: {}", peer, refused.reply());
    }
  }

  private static String text(
      String about, List<String> transcript, String end, OptionalLong leftOut) {
    StringBuilder lines = new StringBuilder();
    if (!about.isEmpty()) {
      line(lines, about);
      line(lines, "");
    }
    line(lines, "Transcript of session follows.");
    line(lines, "");
    // What a stranger has said stands behind a blank, whatever it is.
    transcript.forEach(said -> lines.append(' ').append(FoldedText.of(said, INDENT)));
    line(lines, "");
    if (!end.isEmpty()) {
      line(lines, "Session aborted, reason: " + end);
    }
    if (leftOut.getAsLong() > 0) {
      line(lines, "Of " + leftOut.getAsLong() + " sessions before there was no notice.");
    }
    return lines.toString();
  }

  private String mail(QueueId id, Address to, String subject, String text, Instant now) {
    String date = MailDate.format(now.atZone(zone).toOffsetDateTime());
    StringBuilder mail = new StringBuilder();
    line(mail, "Received: by " + hostname + " (" + product + ")");
    line(mail, "\tid " + id + "; " + date);
    line(mail, "Date: " + date);
    line(mail, "From: Mail Delivery System <" + daemon + ">");
    line(mail, "To: Postmaster <" + to + ">");
    line(mail, "Subject: " + subject);
    line(mail, "Auto-Submitted: auto-generated");
    line(mail, "Message-Id: <" + id + "@" + hostname + ">");
    line(mail, "MIME-Version: 1.0");
    line(mail, "Content-Type: text/plain; charset=utf-8");
    line(mail, "Content-Transfer-Encoding: 8bit");
    line(mail, "");
    mail.append(text);
    line(mail, "");
    line(mail, "For other details, see the local mail logfile");
    return mail.toString();
  }

  private static void line(StringBuilder mail, String text) {
    mail.append(text).append("\r\n");
  }
}
