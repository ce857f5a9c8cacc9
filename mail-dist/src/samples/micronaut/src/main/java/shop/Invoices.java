package shop;

import io.micronaut.email.Email;
import io.micronaut.email.EmailSender;
import jakarta.inject.Singleton;

@Singleton
public class Invoices {
  private final EmailSender<?, ?> sender;

  public Invoices(EmailSender<?, ?> sender) {
    this.sender = sender;
  }

  public void send(String customer) {
    sender.send(
        Email.builder()
            .from("shop@example.net")
            .to(customer)
            .subject("Your invoice")
            .body("Thank you."));
  }
}
