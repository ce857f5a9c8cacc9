package org.postroom.smtp.server;

/**
 * Where a session is between its commands (RFC 5321, 4.1.4). What a command needs is the type of
 * its state. Whether the client has said hello or has logged in goes across this: neither ends with
 * a mail.
 */
public sealed interface SmtpState permits SmtpState.Idle, Transaction {
  /** Nobody has begun a mail. */
  Idle IDLE = new Idle();

  /** Nobody has begun a mail. */
  record Idle() implements SmtpState {}
}
