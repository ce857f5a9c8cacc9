package org.postroom.smtp.server;

import java.net.InetAddress;
import java.time.Clock;
import java.time.ZoneId;
import java.util.Optional;
import java.util.function.Supplier;
import org.postroom.core.address.Address;
import org.postroom.core.address.WrittenAddress;
import org.postroom.core.arrival.Staging;
import org.postroom.core.auth.Accounts;
import org.postroom.core.dns.Resolver;
import org.postroom.core.flow.MailFlow;
import org.postroom.core.flow.RecentDecisions;
import org.postroom.core.inquiry.Inquiry;
import org.postroom.core.log.MailLog;
import org.postroom.core.mail.QueueId;
import org.postroom.core.policy.Policy;
import org.postroom.core.policy.service.PolicyServers;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.session.LogIns;
import org.postroom.core.time.Timers;
import org.postroom.core.wire.TlsContext;

/**
 * What SMTP sessions share that began under the same generation: the rest of the house.
 *
 * @param generation by which number it is recorded what they decide
 * @param policy who we are, whom we trust, who may send where
 * @param decisions where it is kept why recipients were taken or refused
 * @param flow takes responsibility for mails
 * @param accounts who is here
 * @param inquiry finds out what decisions want to know
 * @param logIns how clients log in, together with those of the other protocols
 * @param staging where content lies while it arrives
 * @param ids names for new mails
 * @param limits counts what clients do
 * @param resolver for the names of clients
 * @param servers for what policy servers say
 * @param tls keys for handshakes; empty when there are none
 * @param timers for what must not be waited for too long
 * @param clock what Date and Received headers go by
 * @param zone what they are written in
 */
public record Services(
    long generation,
    Policy policy,
    RecentDecisions decisions,
    MailFlow flow,
    Accounts accounts,
    Inquiry inquiry,
    LogIns logIns,
    Staging staging,
    Supplier<QueueId> ids,
    ClientLimits limits,
    Resolver resolver,
    PolicyServers servers,
    Optional<TlsContext> tls,
    MailLog log,
    Timers timers,
    Clock clock,
    ZoneId zone) {

  /** What we are called. */
  public String hostname() {
    return policy.hostname().name();
  }

  /** What an address means that a client wrote: the whole one. */
  public Address whole(WrittenAddress address) {
    return policy.qualified(address);
  }

  /** Whether a client may have a sender of its own for each recipient. */
  public boolean mayAskForVerp(InetAddress client, Supplier<String> name) {
    try {
      return policy.verpClients().contains(client, name);
    } catch (LookupUnavailable e) {
      return false; // it asks in vain, which it sees
    }
  }

  /** Whether the limits for clients do not hold for this one. */
  public boolean exempts(InetAddress client) {
    try {
      return policy.unlimited().contains(client, () -> "unknown");
    } catch (LookupUnavailable e) {
      return false; // on the event loop, before anything is said: the limits hold
    }
  }
}
