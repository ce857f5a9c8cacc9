package org.postroom.smtp.client.tls;

import java.util.concurrent.CompletionStage;

/**
 * How safe each host of one next hop must be reached. Made before mail exchangers are looked up,
 * and asked for each of them when its addresses are known.
 *
 * <p>A value: by a connection that was opened under one, mail may go whose own is equal. So what an
 * answer rests on (a policy's text, the domain) is part of it, and what it asks is not.
 */
public interface HostPolicies {

  /**
   * What holds for one host.
   *
   * @return on any thread, never with an exception: what cannot be known now is a reason to skip
   *     the host
   */
  CompletionStage<Judgement> of(ExchangerHost host);

  /**
   * Whether the names of hosts that it lets mail go to are the domain's own word, whatever the DNS
   * says of them.
   */
  default boolean provesNames() {
    return false;
  }

  /** What the domain has published that this goes by. */
  default PublishedPolicy published() {
    return PublishedPolicy.NONE;
  }

  /**
   * What would hold for a host if a policy that the domain only tests were obeyed: mail goes all
   * the same, and a report says how it would have been.
   *
   * @param obeyed what does hold, and where nothing is tested the answer
   */
  default Judgement tested(String host, Judgement obeyed) {
    return obeyed;
  }

  /** The same for every host. */
  static HostPolicies same(TlsPolicy policy) {
    return new SamePolicy(policy);
  }

  /** Whether mail may go to a host. */
  sealed interface Judgement {

    /** By connections that are so safe. */
    record Go(TlsPolicy policy) implements Judgement {}

    /**
     * Not to this one. Where no other is left, the mail waits.
     *
     * @param status enhanced, of class 4
     * @param reason that the mail waits with
     */
    record Skip(String status, String reason) implements Judgement {
      public Skip {
        if (!status.startsWith("4.")) {
          throw new IllegalArgumentException("not of class 4: " + status);
        }
      }
    }
  }
}
