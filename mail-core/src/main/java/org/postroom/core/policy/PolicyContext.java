package org.postroom.core.policy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.function.Supplier;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;
import org.postroom.core.fact.Fact;
import org.postroom.core.restriction.Judged;
import org.postroom.core.restriction.Subject;

/**
 * What a restriction looks at without asking anybody, and whom it may ask.
 *
 * @param helo what the client calls itself; empty while it has not said
 * @param sender empty before MAIL
 * @param recipient empty before RCPT, and where there are several
 * @param recipients how many there are, this one included
 * @param subject what the replies of the list that is judged are about
 * @param occasion what else the session knows, for who asks
 */
public record PolicyContext(
    Client client,
    Optional<String> helo,
    Optional<ReversePath> sender,
    Optional<Address> recipient,
    int recipients,
    Subject subject,
    Supplier<Occasion> occasion,
    Sources sources)
    implements Judged {

  private static final Subject NOTHING = new Subject("", "");

  /**
   * Who is there.
   *
   * @param names what the DNS calls it
   * @param login the account that has authenticated; empty for a stranger
   * @param secure whether it speaks under TLS
   * @param hasty whether it went on before an answer it had to wait for
   */
  public record Client(
      InetAddress address,
      Fact<ClientNames> names,
      Optional<String> login,
      boolean secure,
      boolean hasty) {

    /** A stranger in clear, who keeps to the rules. */
    public static Client of(InetAddress address, Fact<ClientNames> names) {
      return new Client(address, names, Optional.empty(), false, false);
    }
  }

  @Override
  public InetAddress address() {
    return client.address();
  }

  @Override
  public Optional<String> login() {
    return client.login();
  }

  @Override
  public boolean isSecure() {
    return client.secure();
  }

  @Override
  public String instance() {
    return occasion.get().instance();
  }

  @Override
  public String queueId() {
    return occasion.get().queueId();
  }

  @Override
  public Optional<InetSocketAddress> from() {
    return occasion.get().client();
  }

  @Override
  public Optional<InetSocketAddress> to() {
    return occasion.get().server();
  }

  /** A client that has said nothing yet. */
  public static PolicyContext of(Client client, Sources sources) {
    return new PolicyContext(
        client,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        0,
        NOTHING,
        () -> Occasion.UNKNOWN,
        sources);
  }

  /** The same behind HELO or EHLO. */
  public PolicyContext hailedAs(Optional<String> name) {
    return new PolicyContext(
        client, name, sender, recipient, recipients, subject, occasion, sources);
  }

  /** The same behind MAIL. */
  public PolicyContext from(ReversePath path) {
    return new PolicyContext(
        client, helo, Optional.of(path), recipient, recipients, subject, occasion, sources);
  }

  /** The same for one recipient. */
  public PolicyContext to(Address address) {
    return new PolicyContext(
        client, helo, sender, Optional.of(address), recipients, subject, occasion, sources);
  }

  /** The same with so many recipients, this one included. */
  public PolicyContext having(int count) {
    return new PolicyContext(client, helo, sender, recipient, count, subject, occasion, sources);
  }

  /** The same with what else is known at this moment. */
  public PolicyContext on(Supplier<Occasion> moment) {
    return new PolicyContext(client, helo, sender, recipient, recipients, subject, moment, sources);
  }

  PolicyContext about(Subject other) {
    return new PolicyContext(client, helo, sender, recipient, recipients, other, occasion, sources);
  }

  /** The sender's address, where it has one. */
  Optional<Address> senderWithAddress() {
    return sender.flatMap(ReversePath::address);
  }

  Subject clientHost(ClientNames names) {
    return new Subject(
        names.verified() + "[" + client.address().getHostAddress() + "]", Subject.CLIENT_HOST);
  }

  Subject heloCommand() {
    return new Subject(helo.orElse(""), Subject.HELO_COMMAND);
  }

  Subject senderAddress() {
    return new Subject(sender.map(String::valueOf).orElse(""), Subject.SENDER_ADDRESS);
  }

  Subject recipientAddress() {
    return new Subject(recipient.map(String::valueOf).orElse(""), Subject.RECIPIENT_ADDRESS);
  }
}
