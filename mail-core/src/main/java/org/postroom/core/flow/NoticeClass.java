package org.postroom.core.flow;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.postroom.core.config.BadValue;

/** What the postmaster may hear of ({@code notify_classes}). */
enum NoticeClass {
  BOUNCE("bounce"),
  TWICE("2bounce"),
  DATA("data"),
  DELAY("delay"),
  POLICY("policy"),
  PROTOCOL("protocol"),
  RESOURCE("resource"),
  SOFTWARE("software");

  private final String spelling;

  NoticeClass(String spelling) {
    this.spelling = spelling;
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
