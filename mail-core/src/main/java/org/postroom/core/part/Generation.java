package org.postroom.core.part;

import java.util.Optional;
import org.postroom.core.config.Settings;
import org.postroom.core.flow.MailFlow;
import org.postroom.core.policy.Policy;
import org.postroom.core.session.LogIns;
import org.postroom.core.wire.TlsContext;

/**
 * All that configuration decides, as one immutable value. A reload makes the next one as a whole
 * and puts it in the place of the last. A session goes by the generation that it began under, in
 * all that it decides; an attempt of the queue by the one that is current when it begins.
 *
 * @param number counts from 1 at the start; what is decided is recorded under it
 * @param policy who we are, whom we trust, who may send where
 * @param flow routes and takes responsibility for mail, by transports with these settings
 * @param logIns how clients log in; what was guessed and what waits is known to all generations
 * @param tls keys for handshakes; empty when there are none
 */
public record Generation(
    long number,
    Settings settings,
    Policy policy,
    MailFlow flow,
    LogIns logIns,
    Optional<TlsContext> tls) {

  /** The same for a listener with a policy of its own. */
  public Generation with(Policy other) {
    return new Generation(number, settings, other, flow, logIns, tls);
  }
}
