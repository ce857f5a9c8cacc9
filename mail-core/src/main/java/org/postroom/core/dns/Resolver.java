package org.postroom.core.dns;

import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.postroom.core.address.Domain;

/**
 * Looks up names, without holding a thread. Answers are cached by their TTL.
 *
 * <p>The stages never complete exceptionally: what went wrong is part of {@link Answer}, because
 * "there is none" and "ask again later" lead a mail to different places.
 */
public interface Resolver {

  /** The mail exchangers of {@code domain}, as the zone gives them: unsorted. */
  CompletionStage<Answer<MailExchanger>> mx(Domain domain);

  /** The name servers of {@code domain} (NS), where it is a zone of its own. */
  CompletionStage<Answer<Domain>> nameServers(Domain domain);

  /** The addresses of {@code host}: A and AAAA. */
  CompletionStage<Answer<InetAddress>> addresses(Domain host);

  /** The names of {@code address} (PTR). */
  CompletionStage<Answer<Domain>> names(InetAddress address);

  /** The texts of {@code name} (TXT), each with its strings joined. */
  CompletionStage<Answer<String>> texts(Domain name);

  /**
   * The same for who can use some addresses only: a host that has others alone has none.
   *
   * @param usable which
   */
  default Resolver only(Predicate<InetAddress> usable) {
    return new SomeAddresses(this, usable);
  }

  /** One MX record. The null MX (RFC 7505) has {@link #isNull}. */
  record MailExchanger(int preference, String host) {

    /** "This domain takes no mail": preference 0, host ".". */
    public boolean isNull() {
      return host.isEmpty() || host.equals(".");
    }
  }

  /** What came back. */
  sealed interface Answer<T> {

    /** Records; at least one. */
    record Found<T>(List<T> records) implements Answer<T> {
      public Found {
        records = List.copyOf(records);
      }
    }

    /** The name exists and has no such record. */
    record NoData<T>() implements Answer<T> {}

    /** The name does not exist (NXDOMAIN). */
    record NoSuchName<T>() implements Answer<T> {}

    /** The question could not be answered now (SERVFAIL, time-out); worth asking again. */
    record TryAgain<T>(String reason) implements Answer<T> {}
  }
}
