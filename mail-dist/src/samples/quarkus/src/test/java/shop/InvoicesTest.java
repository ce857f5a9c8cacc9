package shop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.postroom.testkit.Mails.to;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import org.junit.jupiter.api.Test;
import org.postroom.testkit.TestMail;

@QuarkusTest
@QuarkusTestResource(MailServer.class)
class InvoicesTest {
  @Inject Invoices invoices;
  TestMail mail;

  @Test
  void sendsAnInvoice() {
    invoices.send("ada@example.org");

    assertEquals("Your invoice", mail.awaitOne(to("ada@example.org")).subject());
  }
}
