package org.postroom.smtp.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.mail.Content;
import org.postroom.core.mail.QueueId;

/**
 * Tells a filter of ours which client a mail came from (XFORWARD, as Postfix has it). The queue
 * does not know that, but the trace line does that we have put in front (RFC 5321, 4.4). It is
 * believed when it has the mail's own id, which nobody else could know; otherwise the client is
 * unknown.
 */
final class Xforward {
  /** Fields of our own stand before it, and it is short. */
  private static final int MOST = 16 * 1024;

  /** RFC 5321, 4.5.3.1.4, with a reserve. */
  private static final int LONGEST_VALUE = 255;

  private static final int LONGEST_LINE = 480;
  private static final String UNKNOWN = "[UNAVAILABLE]";

  /** What a client has said has neither blanks nor brackets in a trace line. */
  private static final Pattern TRACE =
      Pattern.compile(
          "(?:from (?<helo>[^ ]+) \\((?<name>[^ ()]+) \\[(?<v6>IPv6:)?(?<addr>[^ \\]]+)]\\) ?)?"
              + ".*?by [^ ]+ \\([^()]*\\)(?: with (?<proto>[^ ]+))? id (?<id>[^ ;]+)[ ;].*");

  private Xforward() {}

  /**
   * What is said before MAIL.
   *
   * @param wanted attributes that the server takes
   */
  static List<String> commands(QueuedMail mail, Set<String> wanted) {
    List<String> commands = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (Map.Entry<String, String> one : attributes(mail).entrySet()) {
      if (!wanted.contains(one.getKey())) {
        continue;
      }
      String word = " " + one.getKey() + "=" + one.getValue();
      if (line.length() + word.length() > LONGEST_LINE) {
        commands.add("XFORWARD" + line);
        line.setLength(0);
      }
      line.append(word);
    }
    if (!line.isEmpty()) {
      commands.add("XFORWARD" + line);
    }
    return commands;
  }

  private static Map<String, String> attributes(QueuedMail mail) {
    Optional<Matcher> trace = trace(mail.content(), mail.id());
    Map<String, String> all = new LinkedHashMap<>();
    all.put("NAME", value(trace, "name"));
    String address = value(trace, "addr");
    boolean isV6 = trace.filter(found -> found.group("v6") != null).isPresent();
    all.put("ADDR", isV6 ? "IPV6:" + address : address);
    all.put("PORT", UNKNOWN);
    String protocol = value(trace, "proto");
    boolean extended = protocol.startsWith("E") || protocol.startsWith("UTF8");
    all.put("PROTO", protocol.equals(UNKNOWN) ? UNKNOWN : extended ? "ESMTP" : "SMTP");
    all.put("HELO", value(trace, "helo"));
    all.put("IDENT", EnvelopeCommands.xtext(mail.id().toString()));
    all.put(
        "SOURCE",
        trace.map(found -> found.group("addr") == null ? "LOCAL" : "REMOTE").orElse(UNKNOWN));
    return all;
  }

  private static String value(Optional<Matcher> trace, String group) {
    return trace
        .flatMap(found -> Optional.ofNullable(found.group(group)))
        .filter(text -> !text.equals("unknown") && text.length() <= LONGEST_VALUE)
        .map(EnvelopeCommands::xtext)
        .filter(text -> text.length() <= LONGEST_VALUE)
        .orElse(UNKNOWN);
  }

  private static boolean isFrom(String field) {
    return field.startsWith("Received: from ");
  }

  /** Our trace line; empty where it is gone, or that of another. */
  private static Optional<Matcher> trace(Content content, QueueId id) {
    ByteBuffer first = ByteBuffer.allocate((int) Math.min(content.size(), MOST));
    while (first.hasRemaining() && content.read(first.position(), first) > 0) {
      // More to come.
    }
    String header = new String(first.array(), 0, first.position(), UTF_8);
    int end = header.indexOf("\r\n\r\n");
    String unfolded =
        header.substring(0, end < 0 ? header.length() : end + 2).replaceAll("\r\n[ \t]+", " ");
    for (String field : unfolded.split("\r\n")) {
      if (field.startsWith("Received: ")) {
        Matcher found = TRACE.matcher(field.substring("Received: ".length()));
        boolean isRead = found.matches() && (found.group("addr") != null || !isFrom(field));
        return isRead && found.group("id").equals(id.toString())
            ? Optional.of(found)
            : Optional.empty();
      }
    }
    return Optional.empty();
  }
}
