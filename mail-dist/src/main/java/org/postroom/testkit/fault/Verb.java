package org.postroom.testkit.fault;

import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Stream;

/** At what a fault may happen: a command, or what else there is in a session. */
public enum Verb {
  /** The client has come, and the greeting is due. */
  CONNECT(Protocol.SMTP, Protocol.LMTP, Protocol.POP3, Protocol.IMAP),
  /** TLS is about to begin: at once, or upon STARTTLS or STLS. */
  HANDSHAKE(Protocol.SMTP, Protocol.LMTP, Protocol.POP3, Protocol.IMAP),
  /** The mail has come to its end, behind DATA or the last BDAT: that answer decides. */
  CONTENT(Protocol.SMTP, Protocol.LMTP),

  EHLO(Protocol.SMTP),
  HELO(Protocol.SMTP),
  LHLO(Protocol.LMTP),
  MAIL(Protocol.SMTP, Protocol.LMTP),
  RCPT(Protocol.SMTP, Protocol.LMTP),
  DATA(Protocol.SMTP, Protocol.LMTP),
  BDAT(Protocol.SMTP, Protocol.LMTP),
  RSET(Protocol.SMTP, Protocol.LMTP, Protocol.POP3),
  VRFY(Protocol.SMTP, Protocol.LMTP),
  ETRN(Protocol.SMTP),
  HELP(Protocol.SMTP, Protocol.LMTP),
  STARTTLS(Protocol.SMTP, Protocol.LMTP, Protocol.IMAP),
  AUTH(Protocol.SMTP, Protocol.POP3),
  NOOP(Protocol.SMTP, Protocol.LMTP, Protocol.POP3, Protocol.IMAP),
  QUIT(Protocol.SMTP, Protocol.LMTP, Protocol.POP3),

  CAPA(Protocol.POP3),
  STLS(Protocol.POP3),
  USER(Protocol.POP3),
  PASS(Protocol.POP3),
  UTF8(Protocol.POP3),
  LANG(Protocol.POP3),
  STAT(Protocol.POP3),
  UIDL(Protocol.POP3),
  TOP(Protocol.POP3),
  RETR(Protocol.POP3),
  DELE(Protocol.POP3),

  CAPABILITY(Protocol.IMAP),
  ID(Protocol.IMAP),
  ENABLE(Protocol.IMAP),
  LOGIN(Protocol.IMAP),
  AUTHENTICATE(Protocol.IMAP),
  LOGOUT(Protocol.IMAP),
  NAMESPACE(Protocol.IMAP),
  LIST(Protocol.IMAP, Protocol.POP3),
  LSUB(Protocol.IMAP),
  XLIST(Protocol.IMAP),
  STATUS(Protocol.IMAP),
  CREATE(Protocol.IMAP),
  DELETE(Protocol.IMAP),
  RENAME(Protocol.IMAP),
  SUBSCRIBE(Protocol.IMAP),
  UNSUBSCRIBE(Protocol.IMAP),
  GETQUOTA(Protocol.IMAP),
  GETQUOTAROOT(Protocol.IMAP),
  SETQUOTA(Protocol.IMAP),
  SELECT(Protocol.IMAP),
  EXAMINE(Protocol.IMAP),
  APPEND(Protocol.IMAP),
  IDLE(Protocol.IMAP),
  CHECK(Protocol.IMAP),
  CLOSE(Protocol.IMAP),
  UNSELECT(Protocol.IMAP),
  FETCH(Protocol.IMAP),
  STORE(Protocol.IMAP),
  SEARCH(Protocol.IMAP),
  COPY(Protocol.IMAP),
  MOVE(Protocol.IMAP),
  EXPUNGE(Protocol.IMAP);

  @SuppressWarnings("ImmutableEnumChecker") // never changed
  private final Set<Protocol> protocols;

  Verb(Protocol first, Protocol... others) {
    protocols = EnumSet.of(first, others);
  }

  boolean isOf(Protocol protocol) {
    return protocols.contains(protocol);
  }

  /** Whether a client says it. */
  public boolean isCommand() {
    return this != CONNECT && this != HANDSHAKE && this != CONTENT;
  }

  /** Those of a protocol. */
  public static Stream<Verb> of(Protocol protocol) {
    return Stream.of(values()).filter(verb -> verb.isOf(protocol));
  }
}
