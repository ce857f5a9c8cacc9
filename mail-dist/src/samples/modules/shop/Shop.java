package shop;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.InetAddress;
import java.nio.file.Path;
import org.postroom.core.mail.Envelope;
import org.postroom.dist.MailServer;
import org.postroom.dist.Role;
import org.postroom.storage.Storage;
import org.postroom.testkit.TestMail;

/** Sends itself a mail. */
final class Shop {
  private Shop() {}

  public static void main(String[] arguments) {
    try (MailServer server =
            MailServer.builder()
                .hostname("mail.example.org")
                .domains("example.org")
                .storage(Storage.h2(Path.of(arguments[0])))
                .bind(InetAddress.getLoopbackAddress())
                .listen(Role.MX, 0)
                .listen(Role.IMAPS, 0)
                .account("shop@example.org", "secret")
                .start();
        TestMail fixture = TestMail.start()) {
      server
          .submit(
              Envelope.parse("ada@example.org", "shop@example.org"),
              "Subject: an order\n\nOne, please.\n".getBytes(UTF_8))
          .orThrow();

      int messages = server.mailboxes("shop@example.org").inbox().size();
      System.out.println("the shop has " + messages + " message; " + fixture.smtp());
    }
  }
}
