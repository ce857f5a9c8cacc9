package org.postroom.core.policy;

import java.net.InetSocketAddress;
import java.util.Optional;
import org.postroom.core.wire.TlsSession;

/**
 * What a session knows at the moment at which something is judged, beside what restrictions look
 * at: what policy servers are told. Stays the same while a question is asked, so that it is asked
 * once.
 *
 * @param state the command, or {@code CONNECT}, or {@code END-OF-MESSAGE}; BDAT is {@code DATA}
 * @param protocol {@code SMTP}, {@code ESMTP} or {@code LMTP}
 * @param client where it comes from
 * @param server where it has come to
 * @param queueId empty while the mail has none
 * @param instance the same for all questions about one mail from its first recipient on, and for no
 *     other mail; empty before
 * @param size of the mail, as far as it is known; else 0
 * @param mechanism by which the client has logged in; else empty
 * @param saslSender who has handed the mail in first, as the client says; else empty
 * @param tls empty in clear
 * @param stressed whether there were more clients than places when the session began
 */
public record Occasion(
    String state,
    String protocol,
    Optional<InetSocketAddress> client,
    Optional<InetSocketAddress> server,
    String queueId,
    String instance,
    long size,
    String mechanism,
    String saslSender,
    Optional<TlsSession> tls,
    boolean stressed) {

  /** Nobody knows, or it does not matter. */
  public static final Occasion UNKNOWN =
      new Occasion(
          "", "", Optional.empty(), Optional.empty(), "", "", 0, "", "", Optional.empty(), false);

  /** The same for a mail of which nothing is known but what stands beside its sender. */
  public Occasion ofMail(long announced, String firstSender) {
    return new Occasion(
        state, protocol, client, server, "", "", announced, mechanism, firstSender, tls, stressed);
  }

  /** Whether recipients are known to be all that there are. */
  boolean isBehindRecipients() {
    return state.equals("DATA") || state.equals("END-OF-MESSAGE");
  }
}
