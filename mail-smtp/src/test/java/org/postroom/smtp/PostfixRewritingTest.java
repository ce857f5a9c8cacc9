package org.postroom.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.secret.Secret;
import org.postroom.core.testing.Shows;
import org.postroom.core.transcript.SocketPeer;

/**
 * Who gets a mail, from whom, and what its header says, is what Postfix has made of it: canonical,
 * masquerade, virtual, aliases, bcc, relocated, luser_relay, generic. Where it is not, {@code
 * postfix-rewriting-differences.txt} says what is instead, and why.
 */
@Tag("seconds")
final class PostfixRewritingTest {
  private static final List<String> SHOWN =
      List.of(
          "from",
          "sender",
          "reply-to",
          "to",
          "cc",
          "resent-from",
          "resent-to",
          "errors-to",
          "x-other");
  private static final List<String> USERS =
      List.of("ada", "bob", "carol", "root", "eve", "list", "dan");

  private static final List<String> VIRTUAL_USERS =
      List.of("ada@virtual.test", "bob@virtual.test", "keep@virtual.test", "self@virtual.test");

  @TempDir private Path folder;

  /**
   * A mail and what became of it.
   *
   * @param given sender, recipients and header
   * @param came refusals and copies
   */
  record Sent(String name, String given, Set<String> came) {}

  record Recorded(Map<String, String> settings, Map<String, String> files, List<Sent> mails) {}

  static Stream<Named<Recorded>> recorded() throws IOException {
    List<Named<Recorded>> all = new ArrayList<>();
    read("postfix-rewriting.txt").forEach((name, one) -> all.add(Named.of(name, one)));
    return all.stream();
  }

  private static Map<String, Recorded> read(String resource) throws IOException {
    Map<String, Recorded> all = new LinkedHashMap<>();
    List<String> lines;
    try (InputStream in = PostfixRewritingTest.class.getResourceAsStream(resource)) {
      lines = new String(in.readAllBytes(), UTF_8).lines().toList();
    }
    Recorded one = new Recorded(new LinkedHashMap<>(), new LinkedHashMap<>(), new ArrayList<>());
    String name = "";
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (line.startsWith("= ")) {
        name = line.substring(2);
        one = new Recorded(new LinkedHashMap<>(), new LinkedHashMap<>(), new ArrayList<>());
        all.put(name, one);
      } else if (line.startsWith("@file ")) {
        StringBuilder text = new StringBuilder();
        for (i++; !lines.get(i).equals("@end"); i++) {
          text.append(lines.get(i)).append('\n');
        }
        one.files().put(line.substring("@file ".length()), text.toString());
      } else if (line.startsWith("- ")) {
        one.mails().add(new Sent(name, line.substring(2), new TreeSet<>()));
      } else if (line.startsWith("< ") || line.startsWith("> ") || line.startsWith("! ")) {
        StringBuilder whole = new StringBuilder(line);
        while (i + 1 < lines.size() && lines.get(i + 1).startsWith("  ")) {
          whole.append('\n').append(lines.get(++i));
        }
        one.mails().get(one.mails().size() - 1).came().add(blanksAside(whole.toString()));
      } else if (!line.isBlank() && !line.startsWith("#")) {
        int equals = line.indexOf(" =");
        one.settings().put(line.substring(0, equals), line.substring(equals + 2).strip());
      }
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("recorded")
  @Shows("A3.7")
  void comesToWhatPostfixMakesOfIt(Recorded recorded) throws IOException {
    Map<String, Recorded> differences = read("postfix-rewriting-differences.txt");
    for (Sent mail : recorded.mails()) {
      Set<String> came = send(recorded, mail.given());
      Sent other =
          differences.containsKey(mail.name())
              ? differences.get(mail.name()).mails().stream()
                  .filter(one -> one.given().equals(mail.given()))
                  .findFirst()
                  .orElse(mail)
              : mail;

      assertThat(came).as(mail.given()).isEqualTo(other.came());
    }
  }

  /** Who mends a difference takes it off the list. */
  @Test
  void eachDifferenceIsOne() throws IOException {
    Map<String, Recorded> postfix = read("postfix-rewriting.txt");
    read("postfix-rewriting-differences.txt")
        .forEach(
            (name, ours) ->
                assertThat(ours.mails())
                    .isNotEmpty()
                    .allSatisfy(
                        mail ->
                            assertThat(postfix.get(name).mails())
                                .anyMatch(
                                    one ->
                                        one.given().equals(mail.given())
                                            && !one.came().equals(mail.came()))));
    assertThat(postfix.values().stream().mapToInt(one -> one.mails().size()).sum())
        .isGreaterThanOrEqualTo(60);
  }

  private Set<String> send(Recorded recorded, String given) throws IOException {
    String[] parts = given.split("\\|", 3);
    try (SmtpHouse house = house(recorded)) {
      Set<String> came = new TreeSet<>();
      SocketPeer peer = house.dial();
      reply(peer);
      say(peer, "EHLO localhost");
      say(peer, "MAIL FROM:<" + parts[0].strip() + ">");
      boolean any = false;
      for (String recipient : parts[1].strip().split(" ; ")) {
        String reply = say(peer, "RCPT TO:<" + recipient + ">");
        any |= reply.startsWith("250");
        if (!reply.startsWith("250")) {
          came.add("< " + recipient + ": " + reply);
        }
      }
      if (any) {
        say(peer, "DATA");
        String reply = say(peer, parts[2].strip().replace("\\n", "\r\n") + "\r\n\r\ntext\r\n.");
        if (!reply.startsWith("250")) {
          came.add("< .: " + reply);
        }
      }
      peer.close();
      for (String user : USERS) {
        house.inbox(user).forEach(mail -> came.add(delivered("mailbox", mail)));
      }
      for (String user : VIRTUAL_USERS) {
        house.inbox(user).forEach(mail -> came.add(delivered("virtual", mail)));
      }
      house.queued().forEach(mail -> came.addAll(queued(house.outgoing(mail))));
      return came;
    }
  }

  private SmtpHouse house(Recorded recorded) throws IOException {
    for (Map.Entry<String, String> file : recorded.files().entrySet()) {
      Files.writeString(
          folder.resolve(file.getKey()), file.getValue().replace("@DIR@", folder.toString()));
    }
    Map<String, String> settings = new HashMap<>();
    settings.put("myhostname", "mx.example.org");
    settings.put("mydomain", "example.org");
    settings.put("mydestination", "example.org, mx.example.org");
    settings.put("virtual_mailbox_domains", "virtual.test");
    settings.put("relay_domains", "relay.test");
    settings.put("mynetworks", "127.0.0.0/8");
    settings.put("smtpd_relay_restrictions", "permit_mynetworks, reject_unauth_destination");
    recorded
        .settings()
        .forEach((name, value) -> settings.put(name, value.replace("@DIR@", folder.toString())));
    SmtpHouse house = new SmtpHouse().routingByAddress();
    settings.forEach(house::set);
    USERS.forEach(user -> house.accounts.add(user, Secret.of("x")));
    VIRTUAL_USERS.forEach(user -> house.accounts.add(user, Secret.of("x")));
    return house;
  }

  private static String say(SocketPeer peer, String line) {
    peer.send(line + "\r\n");
    return reply(peer);
  }

  private static String reply(SocketPeer peer) {
    String line = peer.readLine();
    while (line.length() > 3 && line.charAt(3) == '-') {
      line = peer.readLine();
    }
    return line;
  }

  private static String delivered(String kind, String mail) {
    return "> "
        + kind
        + " from=<"
        + field(mail, "Return-Path: <(.*)>")
        + "> to=<"
        + field(mail, "Delivered-To: (.*)")
        + ">"
        + shown(mail);
  }

  private static List<String> queued(QueuedMail mail) {
    String kind = mail.destination().substring(0, mail.destination().indexOf(':'));
    List<String> copies = new ArrayList<>();
    for (QueuedMail.QueuedRecipient one : mail.recipients()) {
      copies.add(
          kind.equals("error")
              ? "! nobody at " + one.recipient().address()
              : "> "
                  + kind
                  + " from=<"
                  + mail.sender()
                  + "> to=<"
                  + one.recipient().address()
                  + ">"
                  + shown(SmtpHouse.text(mail.content())));
    }
    return copies;
  }

  private static String field(String mail, String expression) {
    Matcher matcher = Pattern.compile("(?m)^" + expression + "$").matcher(mail);
    return matcher.find() ? matcher.group(1) : "none";
  }

  /** Postfix sets the blanks of a field anew where an address in it has changed. */
  private static String blanksAside(String came) {
    int fields = came.indexOf('\n');
    return fields < 0
        ? came
        : came.substring(0, fields) + came.substring(fields).replaceAll("[ \t]+", "");
  }

  /** The fields that addresses are in, unfolded. */
  private static String shown(String mail) {
    StringBuilder fields = new StringBuilder();
    String header = mail.substring(0, mail.indexOf("\r\n\r\n"));
    for (String field : header.replaceAll("\r\n[ \t]+", " ").split("\r\n")) {
      int colon = field.indexOf(':');
      if (SHOWN.contains(field.substring(0, colon).toLowerCase(Locale.ROOT))) {
        fields.append("\n  ").append(field);
      }
    }
    return blanksAside(fields.toString());
  }
}
