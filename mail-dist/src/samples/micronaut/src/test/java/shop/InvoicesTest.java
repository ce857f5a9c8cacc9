package shop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.postroom.testkit.Mails.to;

import io.micronaut.test.extensions.junit5.annotation.MicronautTest;
import jakarta.inject.Inject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@MicronautTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InvoicesTest implements MailServer {
  @Inject Invoices invoices;

  @Test
  void sendsAnInvoice() {
    invoices.send("ada@example.org");

    assertEquals("Your invoice", MAIL.awaitOne(to("ada@example.org")).subject());
  }
}
