package org.postroom.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.delivery.QueuedMail.QueuedRecipient;
import org.postroom.core.mail.Recipient.Notify;
import org.postroom.core.transcript.SocketPeer;

/** Header and body checks, and the actions of access tables, do as Postfix has done. */
@Tag("seconds")
final class PostfixChecksTest {

  /** Where we do otherwise, and why. */
  private static final Map<String, String> DIFFERENCES = new LinkedHashMap<>();

  private static final String RECIPIENT = "smtpd_recipient_restrictions: ";
  private static final String ONCE =
      "a field is put in once, however many recipients it is said of";
  private static final String NOT_LOST =
      "a line that cannot be obeyed refuses for now, and is not passed over";
  private static final String KEPT = "what is said of a client before MAIL holds for its mails";

  static {
    DIFFERENCES.put("bcc to a recipient", "nobody gets two copies");
    DIFFERENCES.put(RECIPIENT + "BCC x@far.test", "copies are never reported on, as documented");
    DIFFERENCES.put(RECIPIENT + "PREPEND none", NOT_LOST);
    DIFFERENCES.put(RECIPIENT + "PREPEND", NOT_LOST);
    DIFFERENCES.put(RECIPIENT + "FILTER smtp", NOT_LOST);
    DIFFERENCES.put(RECIPIENT + "FILTER", NOT_LOST);
    DIFFERENCES.put(RECIPIENT + "REDIRECT nobody", NOT_LOST);
    DIFFERENCES.put(RECIPIENT + "BCC nobody", NOT_LOST);
    for (String list : List.of("client", "helo", "sender", "relay")) {
      DIFFERENCES.put("smtpd_" + list + "_restrictions: PREPEND X-Acc: 1", ONCE);
    }
    DIFFERENCES.put("prepend twice", ONCE);
    DIFFERENCES.put("smtpd_end_of_data_restrictions: PREPEND X-Acc: 1", "it is not too late here");
    DIFFERENCES.put("not delayed: hold", KEPT);
    DIFFERENCES.put("not delayed: prepend", KEPT);
    DIFFERENCES.put("hold, then refused", "a recipient that is refused leaves nothing behind");
  }

  /** A mail, and what became of it. */
  record Recorded(
      String name,
      Map<String, String> settings,
      List<String> mail,
      List<String> content,
      List<String> came) {}

  static Stream<Named<Recorded>> recorded() throws IOException {
    List<Recorded> all = new ArrayList<>();
    try (InputStream in = PostfixChecksTest.class.getResourceAsStream("postfix-checks.txt")) {
      for (String line : new String(in.readAllBytes(), UTF_8).split("\n")) {
        if (line.startsWith("= ")) {
          all.add(
              new Recorded(
                  line.substring(2),
                  new LinkedHashMap<>(),
                  new ArrayList<>(),
                  new ArrayList<>(),
                  new ArrayList<>()));
        } else if (!line.startsWith("#")) {
          take(all.get(all.size() - 1), line);
        }
      }
    }
    return all.stream().map(one -> Named.of(one.name(), one));
  }

  private static void take(Recorded one, String line) {
    if (line.startsWith("set ")) {
      int equals = line.indexOf('=');
      one.settings().put(line.substring(4, equals), line.substring(equals + 1));
    } else if (line.startsWith("mail ")) {
      one.mail().addAll(List.of(line.substring(5).split(" ")));
    } else if (line.startsWith("> ")) {
      one.content().add(line.substring(2));
    } else {
      one.came().add(line);
    }
  }

  @ParameterizedTest
  @MethodSource("recorded")
  void doesAsPostfixDoes(Recorded recorded) {
    Map<String, String> settings = new LinkedHashMap<>(recorded.settings());
    settings.put("mydestination", "");
    settings.put("mynetworks", "127.0.0.0/8");
    settings.put("notify_classes", ""); // the records have none of what the postmaster hears
    settings.putIfAbsent(
        "smtpd_relay_restrictions",
        "permit_mynetworks, permit_sasl_authenticated, defer_unauth_destination");
    try (SmtpHouse house = SmtpHouse.with(settings)) {
      List<String> came = replies(house, recorded);
      came.addAll(became(house));

      if (DIFFERENCES.containsKey(recorded.name())) {
        assertThat(came).as("no difference any more").isNotEqualTo(recorded.came());
      } else {
        assertThat(came).isEqualTo(recorded.came());
      }
    }
  }

  private static List<String> replies(SmtpHouse house, Recorded recorded) {
    List<String> replies = new ArrayList<>();
    try (SocketPeer peer = house.dial()) {
      reply(peer);
      say(peer, "EHLO client.example");
      replies.add("reply " + say(peer, "MAIL FROM:<" + recorded.mail().get(0) + ">"));
      for (String to : recorded.mail().subList(1, recorded.mail().size())) {
        replies.add("reply " + say(peer, "RCPT TO:<" + to + ">"));
      }
      String data = say(peer, "DATA");
      replies.add("reply " + (data.startsWith("354") ? "354" : data));
      if (data.startsWith("354")) {
        for (String line : recorded.content()) {
          String stuffed = (line.startsWith(".") ? "." : "") + line + "\r\n";
          peer.send(stuffed.getBytes(ISO_8859_1));
        }
        replies.add("reply " + say(peer, ".").replaceFirst("queued as .*", "queued"));
      }
      say(peer, "QUIT");
    }
    return replies;
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

  private static List<String> became(SmtpHouse house) {
    List<String> became = new ArrayList<>();
    if (!house.held().isEmpty()) {
      return List.of("held");
    }
    for (String way : List.of("smtp", "filter")) {
      List<QueuedMail> mails =
          house.queued().stream()
              .filter(mail -> mail.destination().startsWith("filter:") == way.equals("filter"))
              .toList();
      if (!mails.isEmpty()) {
        List<String> recipients =
            mails.stream()
                .flatMap(mail -> mail.recipients().stream())
                .map(PostfixChecksTest::shown)
                .sorted()
                .toList();
        became.add(way + " " + String.join(" ", recipients));
        String content =
            SmtpHouse.text(mails.get(0).content())
                .replaceFirst(
                    "(?m)^Received: from client\\.example(?:.|\r\n[ \t])*\r\n",
                    "Received: ours\r\n");
        Stream.of(content.split("\r\n")).forEach(line -> became.add("< " + line));
      }
    }
    return became;
  }

  private static String shown(QueuedRecipient one) {
    boolean never = one.recipient().reportOn().contains(Notify.NEVER);
    return one.recipient().address() + (never ? "/NEVER" : "");
  }
}
