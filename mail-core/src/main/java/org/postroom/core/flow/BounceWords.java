package org.postroom.core.flow;

import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postroom.core.config.Settings;
import org.postroom.core.config.TextWithNames;
import org.postroom.core.flow.Bounce.Kind;
import org.postroom.core.policy.Policy;
import org.postroom.core.queue.QueueParams;

/** What notifications say to people, by what they are about: ours, or what templates have. */
final class BounceWords {
  private static final String DAEMON = "MAILER-DAEMON";
  private static final Pattern WITH_COMMENT =
      Pattern.compile("([\\w.+-]+)(@[\\w.-]+)?(?: \\(([\\w .-]+)\\))?");
  private static final Pattern NAME = Pattern.compile("\\$[{(]?\\s*(\\w+)");

  /** Ours; lines end by LF. */
  private enum Usual {
    FAILED(
        "failure_template",
        "Undelivered Mail Returned to Sender",
        "Postmaster Copy: Undelivered Mail",
        "Your message could not be delivered for these recipients:"),
    DELAYED(
        "delay_template",
        "Delayed Mail (still being retried)",
        "Postmaster Warning: Delayed Mail",
        "Your message has not been delivered yet for these recipients. You do not need to\n"
            + "send it again: it is tried until it arrives or expires."),
    RELAYED("was passed on for these recipients, to a server that does not say more:"),
    DELIVERED("was delivered for these recipients:"),
    EXPANDED("was passed on to the members of these recipients:");

    private final String template;
    private final String subject;
    private final String postmasterSubject;
    private final String text;

    Usual(String template, String subject, String postmasterSubject, String text) {
      this.template = template;
      this.subject = subject;
      this.postmasterSubject = postmasterSubject;
      this.text = text;
    }

    Usual(String what) {
      this(
          "success_template",
          "Successful Mail Delivery Report",
          "Successful Mail Delivery Report",
          "Your message " + what);
    }
  }

  private record Words(String from, String subject, String postmasterSubject, String text) {}

  private final Map<Kind, Words> words = new EnumMap<>(Kind.class);
  private final String daemon;

  private BounceWords(
      String hostname, String origin, BounceTemplates templates, Map<String, String> values) {
    daemon = DAEMON + "@" + origin;
    for (Kind kind : Kind.values()) {
      Usual usual = Usual.valueOf(kind.name());
      BounceTemplates.Template template = templates.of(usual.template);
      String text =
          template
              .text()
              .map(written -> written.with(values))
              .orElse("This is the mail system at host " + hostname + ".\n\n" + usual.text + "\n");
      words.put(
          kind,
          new Words(
              completed(template.from().orElse(DAEMON + " (Mail Delivery System)"), origin),
              template.subject().orElse(usual.subject),
              template.postmasterSubject().orElse(usual.postmasterSubject),
              text.replace("\n", "\r\n") + (text.endsWith("\n") ? "" : "\r\n")));
    }
  }

  static BounceWords plain(String hostname) {
    return new BounceWords(hostname, hostname, BounceTemplates.NONE, Map.of());
  }

  static BounceWords of(Settings settings, Policy policy) {
    BounceTemplates templates = settings.get(BounceParams.TEMPLATES);
    Map<String, String> values = new HashMap<>();
    for (BounceTemplates.Template template : templates.templates().values()) {
      Matcher names = NAME.matcher(template.text().map(TextWithNames::text).orElse(""));
      while (names.find()) {
        String name = names.group(1);
        inUnits(settings, name)
            .or(() -> settings.expandedText(name))
            .ifPresent(value -> values.put(name, value));
      }
    }
    return new BounceWords(policy.hostname().name(), policy.origin().name(), templates, values);
  }

  /** {@code delay_warning_time_hours} and its like; begun units count. */
  private static Optional<String> inUnits(Settings settings, String name) {
    int cut = name.lastIndexOf('_');
    Duration unit =
        switch (name.substring(cut + 1)) {
          case "seconds" -> Duration.ofSeconds(1);
          case "minutes" -> Duration.ofMinutes(1);
          case "hours" -> Duration.ofHours(1);
          case "days" -> Duration.ofDays(1);
          case "weeks" -> Duration.ofDays(7);
          default -> Duration.ZERO;
        };
    if (unit.isZero()) {
      return Optional.empty();
    }
    Duration value =
        switch (name.substring(0, cut)) {
          case "delay_warning_time" -> settings.get(QueueParams.DELAY_WARNING);
          case "maximal_queue_lifetime" -> settings.get(QueueParams.LIFETIME);
          default -> null;
        };
    return value == null
        ? Optional.empty()
        : Optional.of(Long.toString((value.toSeconds() + unit.toSeconds() - 1) / unit.toSeconds()));
  }

  /** As it is usual today: a name that stood behind as a comment in front, and a whole address. */
  private static String completed(String from, String origin) {
    Matcher written = WITH_COMMENT.matcher(from);
    if (!written.matches()) {
      return from;
    }
    String address =
        written.group(1) + (written.group(2) == null ? "@" + origin : written.group(2));
    return written.group(3) == null ? address : written.group(3) + " <" + address + ">";
  }

  /** In whose name notifications are written. */
  String daemon() {
    return daemon;
  }

  String from(Kind kind) {
    return of(kind).from();
  }

  String subject(Kind kind, boolean postmaster) {
    return postmaster ? of(kind).postmasterSubject() : of(kind).subject();
  }

  /** With CRLF at each line's end. */
  String text(Kind kind) {
    return of(kind).text();
  }

  private Words of(Kind kind) {
    return words.getOrDefault(kind, new Words("", "", "", ""));
  }
}
