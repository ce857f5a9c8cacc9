package org.postroom.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.postroom.core.transcript.SocketPeer;

/** Where Postfix has sent mail: configurations, and under each the recipients that were routed. */
record PostfixRoutes(List<String> head, List<Configuration> configurations) {
  static final String FILE = "postfix-routes.txt";

  /**
   * One recipient of a mail from {@code sender}.
   *
   * @param route transport and next hop
   * @param reply to RCPT
   */
  record Routed(String sender, String recipient, String route, String reply) {}

  /** One configuration, and what was routed under it. */
  record Configuration(String title, Map<String, String> settings, List<Routed> routed) {}

  /** Who routes. */
  interface Answer {
    Routed to(Configuration configuration, String sender, String recipient);
  }

  /** The same, with other answers. */
  PostfixRoutes answered(Answer answer) {
    return new PostfixRoutes(
        head,
        configurations.stream()
            .map(
                one ->
                    new Configuration(
                        one.title(),
                        one.settings(),
                        one.routed().stream()
                            .map(it -> answer.to(one, it.sender(), it.recipient()))
                            .toList()))
            .toList());
  }

  /** What a Postfix needs to be the house that the head tells of, with {@code settings} over it. */
  static Map<String, String> house(Map<String, String> settings) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("local_transport", "local:mx.example.org");
    all.put("default_transport", "smtp");
    all.put("virtual_mailbox_domains", "virtual.test");
    all.put("virtual_mailbox_maps", "inline:{ {ada@virtual.test=x} }");
    all.put("virtual_alias_domains", "alias.test");
    all.put("relay_domains", "relay.test");
    all.put("recipient_delimiter", "+");
    all.put("mynetworks", "127.0.0.0/8");
    all.put("smtpd_relay_restrictions", "permit_mynetworks, reject");
    all.putAll(settings);
    return all;
  }

  /** What is said of a recipient at RCPT. */
  static String reply(SocketPeer peer, String sender, String recipient) {
    try (peer) {
      peer.readLine();
      say(peer, "HELO localhost");
      say(peer, "MAIL FROM:<" + sender + ">");
      return say(peer, "RCPT TO:<" + recipient + ">");
    }
  }

  private static String say(SocketPeer peer, String line) {
    peer.send(line + "\r\n");
    return String.valueOf(peer.readLine()).strip();
  }

  static PostfixRoutes recorded() {
    List<String> head = new ArrayList<>();
    List<Configuration> all = new ArrayList<>();
    try (InputStream in = PostfixRoutes.class.getResourceAsStream(FILE)) {
      for (String line : new String(in.readAllBytes(), UTF_8).lines().toList()) {
        if (line.startsWith("#")) {
          head.add(line);
        } else if (line.startsWith("= ")) {
          all.add(new Configuration(line.substring(2), new LinkedHashMap<>(), new ArrayList<>()));
        } else if (line.startsWith("set ")) {
          int equals = line.indexOf('=');
          all.get(all.size() - 1)
              .settings()
              .put(line.substring(4, equals), line.substring(equals + 1));
        } else {
          String[] parts = line.split(" ?\\| ?", 4);
          all.get(all.size() - 1)
              .routed()
              .add(new Routed(parts[0].strip(), parts[1], parts[2].strip(), parts[3].strip()));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new PostfixRoutes(head, all);
  }

  /** As it is written. */
  String text() {
    StringBuilder text = new StringBuilder();
    head.forEach(line -> text.append(line).append('\n'));
    for (Configuration one : configurations) {
      text.append("= ").append(one.title()).append('\n');
      one.settings()
          .forEach((name, value) -> text.append("set " + name + "=" + value).append('\n'));
      for (Routed routed : one.routed()) {
        text.append(
            String.join(" | ", routed.sender(), routed.recipient(), routed.route(), routed.reply())
                + "\n");
      }
    }
    return text.toString();
  }
}
