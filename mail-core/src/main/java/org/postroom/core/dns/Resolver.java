package org.postroom.core.dns;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.regex.Pattern;
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
   * The TLSA records of {@code name}, such as {@code _25._tcp.mx.example.org} (RFC 6698), as far as
   * DNSSEC proves them: {@link Answer.NoData} where a zone is not signed, or nobody has checked,
   * and {@link Answer.TryAgain} where the check has failed, so that who meddles with answers makes
   * no mail leave without TLS (RFC 7672, 2.1.1).
   */
  CompletionStage<Answer<Tlsa>> tlsa(Domain name);

  /**
   * The same by DNSSEC, where this can: what it finds says whether it is {@linkplain
   * Answer.Found#proven proven}, and what should have a proof and has a wrong one is {@link
   * Answer.TryAgain} (RFC 4035, 4.3). It asks more, and is for those who need it. Empty where
   * nobody checks signatures.
   */
  default Optional<Resolver> validating() {
    return Optional.empty();
  }

  /**
   * The configuration is read again: so is whatever says where to ask. At each reload, before
   * anything else changes.
   */
  default void refresh() {}

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

  /**
   * One TLSA record (RFC 6698, 2.1); its numbers may be such as nobody knows yet.
   *
   * @param usage 2 is an authority (DANE-TA), 3 the server's own certificate (DANE-EE)
   * @param selector 0 is the whole certificate, 1 its public key
   * @param matching 0 is the data as they are, 1 is SHA-256, 2 is SHA-512
   * @param data in hexadecimal digits, without blanks, in lower case
   */
  record Tlsa(int usage, int selector, int matching, String data) {
    private static final Pattern OCTETS = Pattern.compile("(?:[0-9a-f]{2})+");

    public Tlsa {
      for (int number : new int[] {usage, selector, matching}) {
        if (number < 0 || number > 255) {
          throw new IllegalArgumentException("not an octet: " + number);
        }
      }
      if (!OCTETS.matcher(data).matches()) {
        throw new IllegalArgumentException("not octets in hexadecimal digits: " + data);
      }
    }
  }

  /** What came back. */
  sealed interface Answer<T> {

    /**
     * Records; at least one.
     *
     * @param proven the name whose they are, aliases followed, where DNSSEC proves both them and
     *     each alias; empty where it does not, or nobody has checked
     */
    record Found<T>(List<T> records, Optional<Domain> proven) implements Answer<T> {
      public Found {
        records = List.copyOf(records);
      }

      /** Some that nobody proves. */
      public Found(List<T> records) {
        this(records, Optional.empty());
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
