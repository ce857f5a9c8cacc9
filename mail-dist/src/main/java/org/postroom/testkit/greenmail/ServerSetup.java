package org.postroom.testkit.greenmail;

import java.util.Properties;
import java.util.stream.Stream;
import org.postroom.core.door.Door;
import org.postroom.dist.Role;

/** A protocol and the port that it is to be had at; 0 is a free one. */
public record ServerSetup(int port, String bindAddress, String protocol) {
  public static final String PROTOCOL_SMTP = "smtp";
  public static final String PROTOCOL_SMTPS = "smtps";
  public static final String PROTOCOL_POP3 = "pop3";
  public static final String PROTOCOL_POP3S = "pop3s";
  public static final String PROTOCOL_IMAP = "imap";
  public static final String PROTOCOL_IMAPS = "imaps";

  static final String LOOPBACK = "127.0.0.1";

  public ServerSetup {
    Door unused = door(protocol); // refuses what is none
  }

  /** All of them at free ports. */
  public static ServerSetup[] dynamicPort(ServerSetup... setups) {
    return Stream.of(setups).map(one -> one.port(0)).toArray(ServerSetup[]::new);
  }

  /** The same at a free port. */
  public ServerSetup dynamicPort() {
    return port(0);
  }

  /** The same at another port. */
  public ServerSetup port(int other) {
    return new ServerSetup(other, bindAddress, protocol);
  }

  public int getPort() {
    return port;
  }

  public String getBindAddress() {
    return bindAddress;
  }

  public String getProtocol() {
    return protocol;
  }

  /** Whether TLS comes before everything else. */
  public boolean isSecure() {
    return door().implicitTls();
  }

  Door door() {
    return door(protocol);
  }

  private static Door door(String protocol) {
    return switch (protocol) {
      case PROTOCOL_SMTP -> Role.MX;
      case PROTOCOL_SMTPS -> Role.SUBMISSIONS;
      case PROTOCOL_POP3 -> Role.POP3;
      case PROTOCOL_POP3S -> Role.POP3S;
      case PROTOCOL_IMAP -> Role.IMAP;
      case PROTOCOL_IMAPS -> Role.IMAPS;
      default -> throw new IllegalArgumentException(protocol + " is no protocol of mail");
    };
  }

  /** What a session of Jakarta Mail is told of it; by TLS it believes whoever is there. */
  Properties properties() {
    Properties properties = new Properties();
    String mail = "mail." + protocol + ".";
    properties.setProperty("mail.transport.protocol", protocol);
    properties.setProperty("mail.transport.protocol.rfc822", protocol);
    properties.setProperty("mail.store.protocol", protocol);
    if (isSecure()) {
      properties.setProperty(mail + "ssl.trust", "*");
      properties.setProperty(mail + "ssl.checkserveridentity", "false");
    }
    properties.setProperty(mail + "host", bindAddress);
    properties.setProperty(mail + "port", Integer.toString(port));
    return properties;
  }
}
