package org.postroom.imap.session;

import java.util.ArrayList;
import java.util.List;
import org.postroom.core.auth.Mechanisms;

/** What is advertised: only what works, and only where it works. */
final class Capabilities {
  private static final List<String> ALWAYS =
      List.of("IMAP4rev1", "LITERAL+", "SASL-IR", "ID", "ENABLE", "IDLE");
  private static final List<String> LOGGED_IN =
      List.of(
          "NAMESPACE",
          "CHILDREN",
          "UIDPLUS",
          "UNSELECT",
          "MOVE",
          "ESEARCH",
          "LIST-EXTENDED",
          "LIST-STATUS",
          "SPECIAL-USE",
          "CREATE-SPECIAL-USE",
          "STATUS=SIZE",
          "MULTIAPPEND",
          "UTF8=ACCEPT");

  private Capabilities() {}

  static String of(Client client) {
    List<String> all = new ArrayList<>(ALWAYS);
    if (client.isLoggedIn()) {
      all.addAll(LOGGED_IN);
      all.add("APPENDLIMIT=" + client.services().limits().appendLimit());
    } else {
      if (client.mayStartTls()) {
        all.add("STARTTLS");
      }
      for (String mechanism : Mechanisms.offered(client.mayUsePlaintext())) {
        all.add("AUTH=" + mechanism);
      }
      if (!client.mayUsePlaintext()) {
        all.add("LOGINDISABLED");
      }
    }
    all.removeIf(client.services().disabledCapabilities()::contains);
    return String.join(" ", all);
  }
}
