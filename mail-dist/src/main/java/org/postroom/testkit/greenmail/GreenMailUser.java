package org.postroom.testkit.greenmail;

import jakarta.mail.Address;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import org.postroom.core.mail.Envelope;
import org.postroom.dist.MailServer;

/** Somebody with a mailbox. */
public final class GreenMailUser {
  private final String email;
  private final String login;
  private final String password;
  private final MailServer server;

  GreenMailUser(String email, String login, String password, MailServer server) {
    this.email = email;
    this.login = login;
    this.password = password;
    this.server = server;
  }

  public String getEmail() {
    return email;
  }

  public String getLogin() {
    return login;
  }

  public String getPassword() {
    return password;
  }

  /** Puts a message into the mailbox, as if it had come by SMTP. */
  public void deliver(MimeMessage message) {
    try {
      Address[] from = message.getFrom();
      String sender = from == null || from.length == 0 ? "" : Messages.plain(from[0]);
      server.submit(Envelope.parse(sender, email), Messages.octets(message)).orThrow();
    } catch (MessagingException e) {
      throw new IllegalStateException("the message cannot be read", e);
    }
  }
}
