package org.postroom.smtp.client;

import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a server said it can do.
 *
 * @param keywords EHLO keywords in upper case, without parameters
 * @param mechanisms that AUTH offers, in upper case
 * @param attributes of a client that XFORWARD takes, in upper case
 * @param maxSize SIZE's parameter, when there is one above 0
 */
record Greeted(
    Set<String> keywords, Set<String> mechanisms, Set<String> attributes, OptionalLong maxSize) {

  /** One that answers EHLO with a refusal. */
  static final Greeted NOTHING = new Greeted(Set.of(), Set.of(), Set.of(), OptionalLong.empty());

  /** Reads an EHLO reply's lines; the first is the server's name. */
  static Greeted parse(String text) {
    Set<String> keywords = new TreeSet<>();
    Set<String> mechanisms = new TreeSet<>();
    Set<String> attributes = new TreeSet<>();
    OptionalLong size = OptionalLong.empty();
    String[] lines = text.split("\n", -1);
    for (int i = 1; i < lines.length; i++) {
      String[] words = lines[i].strip().toUpperCase(Locale.ROOT).split("\\s+");
      keywords.add(words[0]);
      if (words[0].equals("AUTH")) {
        mechanisms.addAll(List.of(words).subList(1, words.length));
      } else if (words[0].startsWith("AUTH=")) { // as it was before RFC 2554
        mechanisms.add(words[0].substring("AUTH=".length()));
        mechanisms.addAll(List.of(words).subList(1, words.length));
      }
      if (words[0].equals("XFORWARD")) {
        attributes.addAll(List.of(words).subList(1, words.length));
      }
      if (words[0].equals("SIZE") && words.length > 1 && words[1].matches("\\d{1,18}")) {
        long limit = Long.parseLong(words[1]);
        size = limit > 0 ? OptionalLong.of(limit) : OptionalLong.empty();
      }
    }
    return new Greeted(Set.copyOf(keywords), Set.copyOf(mechanisms), Set.copyOf(attributes), size);
  }

  /** The same without some of its keywords. */
  Greeted without(Set<String> unheard) {
    if (keywords.stream().noneMatch(unheard::contains)) {
      return this;
    }
    Set<String> left = new TreeSet<>(keywords);
    left.removeAll(unheard);
    return new Greeted(
        Set.copyOf(left),
        unheard.contains("AUTH") ? Set.of() : mechanisms,
        unheard.contains("XFORWARD") ? Set.of() : attributes,
        unheard.contains("SIZE") ? OptionalLong.empty() : maxSize);
  }

  boolean offers(String keyword) {
    return keywords.contains(keyword);
  }
}
