package org.postroom.core.restriction;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.postroom.core.address.Address;
import org.postroom.core.address.ReversePath;

/** A mail as far as its client has said it, for restrictions: known without asking anybody. */
public interface Judged {

  /** The client's address. */
  InetAddress address();

  /** The account that the client has logged in to; empty for a stranger. */
  Optional<String> login();

  /** Whether it speaks under TLS. */
  boolean isSecure();

  /** What the client calls itself; empty while it has not said. */
  Optional<String> helo();

  /** Empty before MAIL. */
  Optional<ReversePath> sender();

  /** Empty before RCPT, and where there are several. */
  Optional<Address> recipient();

  /** How many recipients there are, this one included. */
  int recipients();

  /**
   * The same for all that is asked about one mail from its first recipient on, and for no other
   * mail; empty before, and in a dry run.
   */
  String instance();

  /** What the mail is called in the log; empty while it has no name. */
  String queueId();

  /** Where the client comes from; empty where nobody knows. */
  Optional<InetSocketAddress> from();

  /** Where it has come to; empty where nobody knows. */
  Optional<InetSocketAddress> to();
}
