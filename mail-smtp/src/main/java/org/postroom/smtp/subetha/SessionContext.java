package org.postroom.smtp.subetha;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.cert.Certificate;
import java.util.Optional;
import org.subethamail.smtp.AuthenticationHandler;
import org.subethamail.smtp.MessageContext;
import org.subethamail.smtp.server.SMTPServer;

/**
 * What handlers may ask of the session that a mail comes in.
 *
 * @param id of the mail
 * @param server where the client has come to
 */
record SessionContext(
    String id,
    Optional<InetSocketAddress> client,
    Optional<InetSocketAddress> server,
    Optional<String> helo,
    Optional<String> login)
    implements MessageContext {

  /** One of nobody's, for a password that is looked at. */
  static SessionContext unknown() {
    return new SessionContext(
        "", Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
  }

  /**
   * Whether both are mails of one connection, of which the later one ends the other. Connections
   * that have no addresses cannot be told apart.
   */
  boolean isOfConnection(SessionContext other) {
    return client.isPresent() && client.equals(other.client) && server.equals(other.server);
  }

  /** The client's host; nothing where it is not known. */
  String host() {
    return client.map(InetSocketAddress::getHostString).orElse("");
  }

  @Override
  public SMTPServer getSMTPServer() {
    throw new UnsupportedOperationException("this is not SubEtha's server");
  }

  @Override
  public SocketAddress getRemoteAddress() {
    return client.orElseGet(() -> new InetSocketAddress(0));
  }

  @Override
  public String getSessionId() {
    return id;
  }

  @Override
  public Optional<String> getHelo() {
    return helo;
  }

  @Override
  public Optional<AuthenticationHandler> getAuthenticationHandler() {
    return login.map(LoggedIn::new);
  }

  @Override
  public Certificate[] getTlsPeerCertificates() {
    return new Certificate[0];
  }

  /** Somebody who has logged in already. */
  private record LoggedIn(String login) implements AuthenticationHandler {

    @Override
    public Optional<String> auth(String clientInput, MessageContext context) {
      return Optional.empty();
    }

    @Override
    public Object getIdentity() {
      return login;
    }
  }
}
