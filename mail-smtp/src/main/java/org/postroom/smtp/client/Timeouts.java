package org.postroom.smtp.client;

import java.time.Duration;

/**
 * How long each step with a server may take (RFC 5321, 4.5.3.2), whatever the others took.
 *
 * @param connect for one address
 * @param hello for the greeting and the answer to EHLO or LHLO, each; and for each step of a log-in
 * @param startTls for the answer to STARTTLS, and for the handshake
 * @param xforward for the answer to XFORWARD
 * @param mail for the answer to MAIL
 * @param rcpt for the answer to each RCPT
 * @param dataInit for the answer to DATA
 * @param dataXfer for each piece of content to be taken
 * @param dataDone for the answer to the final dot or the last chunk, of each recipient in LMTP
 * @param reset for the answer to RSET
 * @param quit for the answer to QUIT, where that is waited for
 */
public record Timeouts(
    Duration connect,
    Duration hello,
    Duration startTls,
    Duration xforward,
    Duration mail,
    Duration rcpt,
    Duration dataInit,
    Duration dataXfer,
    Duration dataDone,
    Duration reset,
    Duration quit) {

  /** Postfix's. */
  static final Timeouts USUAL =
      new Timeouts(
          Duration.ofSeconds(30),
          Duration.ofSeconds(300),
          Duration.ofSeconds(300),
          Duration.ofSeconds(300),
          Duration.ofSeconds(300),
          Duration.ofSeconds(300),
          Duration.ofSeconds(120),
          Duration.ofSeconds(180),
          Duration.ofSeconds(600),
          Duration.ofSeconds(20),
          Duration.ofSeconds(300));
}
