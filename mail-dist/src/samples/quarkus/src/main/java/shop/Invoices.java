package shop;

import io.quarkus.mailer.Mail;
import io.quarkus.mailer.Mailer;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

@ApplicationScoped
public class Invoices {
  @Inject Mailer mailer;

  public void send(String customer) {
    mailer.send(Mail.withText(customer, "Your invoice", "Thank you.").setFrom("shop@example.net"));
  }
}
