package org.postroom.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postroom.core.transcript.SocketPeer;

/** Lists of restrictions answer as Postfix has answered, word for word. */
final class PostfixRestrictionsTest {

  /** Says {@code command}, of which {@code reply} must come. */
  record Exchange(String session, String command, String reply) {}

  record Recorded(Map<String, String> settings, List<Exchange> exchanges) {}

  static Stream<Named<Recorded>> recorded() throws IOException {
    List<Named<Recorded>> all = new ArrayList<>();
    try (InputStream in =
        PostfixRestrictionsTest.class.getResourceAsStream("postfix-restrictions.txt")) {
      for (String line : new String(in.readAllBytes(), UTF_8).lines().toList()) {
        if (line.startsWith("= ")) {
          String words = line.substring(2);
          all.add(Named.of(words, new Recorded(settings(words), new ArrayList<>())));
        } else if (!line.startsWith("#")) {
          String[] parts = line.split(" \\| ", 3);
          all.get(all.size() - 1)
              .getPayload()
              .exchanges()
              .add(new Exchange(parts[0], parts[1], parts[2]));
        }
      }
    }
    return all.stream();
  }

  private static Map<String, String> settings(String words) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("smtpd_hard_error_limit", "100");
    settings.put("smtpd_restriction_classes", "strict");
    settings.put("strict", "permit_mynetworks, reject_non_fqdn_sender, reject");
    for (String setting : words.split(",(?=smtpd_\\w+=)")) {
      int equals = setting.indexOf('=');
      settings.put(setting.substring(0, equals), setting.substring(equals + 1));
    }
    return settings;
  }

  @ParameterizedTest
  @MethodSource("recorded")
  void answersAsPostfixDoes(Recorded recorded) {
    try (SmtpHouse house = SmtpHouse.with(recorded.settings())) {
      List<Exchange> answered = new ArrayList<>();
      SocketPeer peer = null;
      String session = "";
      for (Exchange asked : recorded.exchanges()) {
        if (!asked.session().equals(session)) {
          if (peer != null) {
            peer.close();
          }
          peer = house.dial();
          session = asked.session();
        }
        answered.add(new Exchange(session, asked.command(), reply(peer, asked)));
      }
      peer.close();

      assertThat(answered).isEqualTo(recorded.exchanges());
    }
  }

  private static String reply(SocketPeer peer, Exchange asked) {
    switch (asked.command()) {
      case "greeting" -> {}
      case "." -> peer.send("Subject: x\r\n\r\n.\r\n");
      default -> peer.send(asked.command() + "\r\n");
    }
    String line = peer.readLine();
    while (line.length() > 3 && line.charAt(3) == '-') {
      line = peer.readLine();
    }
    // The record has no more of these.
    boolean shortened =
        asked.reply().equals("220") || asked.reply().equals("250") || asked.reply().equals("354");
    if (shortened) {
      return line.substring(0, 3);
    }
    return line.startsWith("250 2.0.0 Ok: queued") ? "250 2.0.0 Ok: queued" : line;
  }
}
