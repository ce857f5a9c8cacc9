package org.postroom.core.flow;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.postroom.core.config.BadValue;

/** What the postmaster may hear of ({@code notify_classes}). */
public enum NoticeClass {
  /** Mail that has failed; of a session, that somebody is not here. */
  BOUNCE("bounce"),
  /** A notification that has failed. */
  TWICE("2bounce"),
  /** A table that cannot be asked. */
  DATA("data"),
  /** Mail that is late. */
  DELAY("delay"),
  /** What the administrator has forbidden. */
  POLICY("policy"),
  /** What no client may say. */
  PROTOCOL("protocol"),
  /** Want of room, or of anything else. */
  RESOURCE("resource"),
  /** A fault of ours. */
  SOFTWARE("software");

  private final String spelling;

  NoticeClass(String spelling) {
    this.spelling = spelling;
  }

  /** Those that a session can be of. */
  static Set<NoticeClass> ofSessions() {
    return EnumSet.of(BOUNCE, DATA, POLICY, PROTOCOL, RESOURCE, SOFTWARE);
  }

  /** All of them, as an administrator writes them. */
  static String names() {
    return text(EnumSet.allOf(NoticeClass.class));
  }

  static String text(Set<NoticeClass> classes) {
    return Arrays.stream(values())
        .filter(classes::contains)
        .map(one -> one.spelling)
        .collect(Collectors.joining(", "));
  }

  static Set<NoticeClass> set(String text) {
    EnumSet<NoticeClass> classes = EnumSet.noneOf(NoticeClass.class);
    for (String word : text.split("[,\\s]+")) {
      if (!word.isEmpty()) {
        classes.add(of(word.toLowerCase(Locale.ROOT)));
      }
    }
    if (classes.contains(BOUNCE)) {
      classes.add(TWICE);
    }
    return Set.copyOf(classes);
  }

  private static NoticeClass of(String word) {
    return Arrays.stream(values())
        .filter(one -> one.spelling.equals(word))
        .findFirst()
        .orElseThrow(() -> new BadValue("\"" + word + "\" is none of " + names()));
  }
}
