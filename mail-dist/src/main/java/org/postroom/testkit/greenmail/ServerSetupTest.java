package org.postroom.testkit.greenmail;

/** The protocols at their usual ports, and 3000 more: anybody may have these. */
public final class ServerSetupTest {
  private static final int OFFSET = 3000;

  public static final ServerSetup SMTP = of(25, ServerSetup.PROTOCOL_SMTP);
  public static final ServerSetup SMTPS = of(465, ServerSetup.PROTOCOL_SMTPS);
  public static final ServerSetup POP3 = of(110, ServerSetup.PROTOCOL_POP3);
  public static final ServerSetup POP3S = of(995, ServerSetup.PROTOCOL_POP3S);
  public static final ServerSetup IMAP = of(143, ServerSetup.PROTOCOL_IMAP);
  public static final ServerSetup IMAPS = of(993, ServerSetup.PROTOCOL_IMAPS);

  private ServerSetupTest() {}

  /** Several of them, each time in an array of their own. */
  public static ServerSetup[] smtpPop3() {
    return new ServerSetup[] {SMTP, POP3};
  }

  /** SMTP and IMAP. */
  public static ServerSetup[] smtpImap() {
    return new ServerSetup[] {SMTP, IMAP};
  }

  /** All six. */
  public static ServerSetup[] all() {
    return new ServerSetup[] {SMTP, SMTPS, POP3, POP3S, IMAP, IMAPS};
  }

  /** All of {@link #all}, at free ports. */
  public static ServerSetup[] dynamic() {
    return ServerSetup.dynamicPort(all());
  }

  private static ServerSetup of(int port, String protocol) {
    return new ServerSetup(OFFSET + port, ServerSetup.LOOPBACK, protocol);
  }
}
