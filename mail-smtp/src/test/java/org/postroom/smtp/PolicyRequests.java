package org.postroom.smtp;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.postroom.core.testing.SmallPolicyServer;
import org.postroom.core.transcript.SocketPeer;

/** What policy servers are asked in a session in which each list asks one. */
final class PolicyRequests {
  /** What Postfix has asked, among the resources of this package. */
  static final String FILE = "postfix-policy-requests.txt";

  private static final List<String> SAID =
      List.of(
          "EHLO client.example",
          "MAIL FROM:<Grace@example.net> SIZE=1000 BODY=8BITMIME",
          "RCPT TO:<ada@example.org>",
          "RCPT TO:<bob@example.org>",
          "DATA",
          "Subject: hello\r\n\r\nhello\r\n.",
          "EHLO again",
          "MAIL FROM:<>",
          "RCPT TO:<Ada@example.org>",
          "VRFY ada@example.org",
          "BDAT 14 LAST\r\nSubject: x\r\n",
          "MAIL FROM:<x@[192.0.2.1]>",
          "QUIT");

  private PolicyRequests() {}

  /** The settings under which the session is held. */
  static Map<String, String> settings(SmallPolicyServer server) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("smtpd_delay_reject", "no");
    for (String list : List.of("client", "helo", "sender", "recipient", "data", "end_of_data")) {
      settings.put(
          "smtpd_" + list + "_restrictions",
          "check_policy_service { " + server.name() + ", policy_context=" + list + " }");
    }
    return settings;
  }

  /** Holds it; gives what the server was asked, without what is another thing each time. */
  static String held(SocketPeer peer, SmallPolicyServer server) {
    reply(peer);
    for (String line : SAID) {
      peer.send(line + "\r\n");
      reply(peer);
    }
    peer.close();
    return server.requests().stream()
        .map(PolicyRequests::withoutChance)
        .collect(Collectors.joining("\n"));
  }

  private static void reply(SocketPeer peer) {
    String line = peer.readLine();
    while (line != null && line.startsWith("-", 3)) {
      line = peer.readLine();
    }
  }

  private static String withoutChance(String request) {
    boolean isLast = request.contains("protocol_state=END-OF-MESSAGE");
    String names = "client_port|server_port|queue_id|instance" + (isLast ? "|size" : "");
    return request.replaceAll("(?m)^(" + names + ")=.+$", "$1=*");
  }

  static String recorded() {
    try (InputStream in = PolicyRequests.class.getResourceAsStream(FILE)) {
      return new String(in.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
