package org.postroom.core.flow;

import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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

  /** Without a domain, as Postfix's own templates have it. */
  private static final Pattern WITH_NAME = Pattern.compile("(.*<[\\w.+-]+)>$");

  private static final Pattern NAME = Pattern.compile("\\$[{(]?\\s*(\\w+)");

  private record Words(String from, String subject, String postmasterSubject, String text) {}

  private final Map<Kind, Words> words = new EnumMap<>(Kind.class);
  private final String daemon;

  private BounceWords(
      String hostname, String origin, BounceTemplates templates, Map<String, String> values) {
    daemon = DAEMON + "@" + origin;
    for (Kind kind : Kind.values()) {
      UsualWords usual = UsualWords.valueOf(kind.name());
      BounceTemplates.Template template = templates.of(usual.template());
      String text =
          template.text().map(written -> written.with(values)).orElse(usual.text(hostname));
      words.put(
          kind,
          new Words(
              completed(template.from().orElse(UsualWords.FROM), origin),
              template.subject().orElse(usual.subject()),
              template.postmasterSubject().orElse(usual.postmasterSubject()),
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
      for (String name : names(template.text().map(TextWithNames::text).orElse(""))) {
        inUnits(settings, name)
            .or(() -> settings.shownText(name))
            .ifPresent(value -> values.put(name, value));
      }
    }
    return new BounceWords(policy.hostname().name(), policy.origin().name(), templates, values);
  }

  /** The names that stand in a text. */
  static Set<String> names(String text) {
    Set<String> found = new LinkedHashSet<>();
    Matcher names = NAME.matcher(text);
    while (names.find()) {
      found.add(names.group(1));
    }
    return found;
  }

  /** {@code delay_warning_time_hours} and its like; begun units count. */
  static Optional<String> inUnits(Settings settings, String name) {
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
      return WITH_NAME.matcher(from).replaceFirst("$1@" + Matcher.quoteReplacement(origin) + ">");
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
