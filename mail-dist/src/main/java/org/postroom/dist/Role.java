package org.postroom.dist;

import org.postroom.core.door.Door;
import org.postroom.dist.auth.AuthPart;
import org.postroom.imap.ImapPart;
import org.postroom.pop3.Pop3Part;

/** What every server can listen for, for {@link ServerBuilder#listen}. */
public final class Role {
  /** Mail from other servers. */
  public static final Door MX = org.postroom.smtp.server.Role.MX.door();

  /** Mail from our own users, who log in; TLS by STARTTLS. */
  public static final Door SUBMISSION = org.postroom.smtp.server.Role.SUBMISSION.door();

  /** Mail from our own users, TLS from the first octet (RFC 8314). */
  public static final Door SUBMISSIONS = org.postroom.smtp.server.Role.SUBMISSIONS.door();

  /** Like {@link #SUBMISSION}, where providers block 587. */
  public static final Door ALTERNATIVE = org.postroom.smtp.server.Role.ALTERNATIVE.door();

  /** Mail from servers that we know, with an answer for each recipient (RFC 2033). */
  public static final Door LMTP = org.postroom.smtp.server.Role.LMTP.door();

  public static final Door POP3 = Pop3Part.POP3;
  public static final Door POP3S = Pop3Part.POP3S;
  public static final Door IMAP = ImapPart.IMAP;
  public static final Door IMAPS = ImapPart.IMAPS;

  /** Log-ins of other servers' clients, by Dovecot's authentication protocol. */
  public static final Door AUTH = AuthPart.AUTH;

  private Role() {}
}
