package org.postroom.smtp.client;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.delivery.QueuedMail.CameFrom;

/**
 * Tells a filter of ours which client a mail came from (XFORWARD, as Postfix has it), by what the
 * queue keeps of it.
 */
final class Xforward {
  /** RFC 5321, 4.5.3.1.4, with a reserve. */
  private static final int LONGEST_VALUE = 255;

  private static final int LONGEST_LINE = 480;
  private static final String UNKNOWN = "[UNAVAILABLE]";

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
    Optional<CameFrom> remote = mail.origin().filter(Xforward::isRemote);
    Map<String, String> all = new LinkedHashMap<>();
    all.put("NAME", value(remote.map(CameFrom::name)));
    String address = value(remote.map(CameFrom::address));
    all.put("ADDR", address.indexOf(':') < 0 ? address : "IPV6:" + address);
    all.put("PORT", value(remote.flatMap(CameFrom::port).map(String::valueOf)));
    all.put("PROTO", value(remote.map(CameFrom::plainProtocol)));
    all.put("HELO", value(remote.map(CameFrom::helo)));
    all.put("IDENT", EnvelopeCommands.xtext(mail.id().toString()));
    all.put(
        "SOURCE", remote.isPresent() ? "REMOTE" : mail.origin().isPresent() ? "LOCAL" : UNKNOWN);
    return all;
  }

  /** What is written or handed in here calls itself nothing. */
  private static boolean isRemote(CameFrom from) {
    return from.port().isPresent() || !from.helo().isEmpty();
  }

  private static String value(Optional<String> known) {
    return known
        .filter(text -> !text.isEmpty() && !text.equals("unknown"))
        .map(EnvelopeCommands::xtext)
        .filter(text -> text.length() <= LONGEST_VALUE)
        .orElse(UNKNOWN);
  }
}
