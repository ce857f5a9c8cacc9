package org.postroom.smtp.protocol;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What an EHLO answer offers (RFC 5321, 4.1.1.1).
 *
 * @param extensions with the text behind the keyword; extensions nobody here knows are left out
 */
public record Offer(Map<Extension, String> extensions) {

  /** HELO's answer: nothing. */
  public static final Offer NOTHING = new Offer(Map.of());

  public Offer {
    Map<Extension, String> copy = new EnumMap<>(Extension.class);
    copy.putAll(extensions);
    extensions = Collections.unmodifiableMap(copy);
  }

  /** Reads a server's answer to EHLO; its first line is the greeting. */
  public static Offer parse(SmtpReply reply) {
    return of(reply.lines().subList(1, reply.lines().size()));
  }

  /** What such lines offer: keyword and parameters. */
  public static Offer of(List<String> lines) {
    Map<Extension, String> found = new EnumMap<>(Extension.class);
    for (String line : lines) {
      int space = line.indexOf(' ');
      String keyword = space < 0 ? line : line.substring(0, space);
      String parameters = space < 0 ? "" : line.substring(space + 1).strip();
      Extension.of(keyword).ifPresent(extension -> found.put(extension, parameters));
    }
    return new Offer(found);
  }

  /** Whether {@code extension} is offered. */
  public boolean has(Extension extension) {
    return extensions.containsKey(extension);
  }

  /** What stands behind the keyword; empty when nothing does, or it is not offered. */
  public String parameters(Extension extension) {
    return extensions.getOrDefault(extension, "");
  }

  /** The largest mail the server takes, in octets; 0 when it does not say. */
  public long maxSize() {
    try {
      return Math.max(0, Long.parseLong(parameters(Extension.SIZE)));
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /** The answer to EHLO that says this. */
  public SmtpReply reply(String greeting) {
    List<String> lines = new ArrayList<>();
    lines.add(greeting);
    extensions.forEach(
        (extension, parameters) ->
            lines.add(
                parameters.isEmpty()
                    ? extension.keyword()
                    : extension.keyword() + " " + parameters));
    return new SmtpReply(250, "", lines);
  }
}
