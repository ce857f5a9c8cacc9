package org.postroom.core.policy;

import java.util.Optional;
import org.postroom.core.address.Address;
import org.postroom.core.address.Domain;
import org.postroom.core.address.WrittenAddress;

/**
 * What belongs behind an address that somebody wrote short.
 *
 * @param origin where it has no domain
 * @param parent where its domain is one word; empty where such a domain is left alone
 */
public record Qualifier(Domain origin, Optional<Domain> parent) {

  /** The whole address; {@code MalformedAddress} if it becomes too long. */
  public Address qualified(WrittenAddress written) {
    if (written.domain().isEmpty()) {
      return Address.of(written.localPart(), origin);
    }
    Domain domain = written.domain().get();
    return Address.of(written.localPart(), isWord(domain) ? below(domain) : domain);
  }

  private static boolean isWord(Domain domain) {
    return !domain.isLiteral() && domain.name().indexOf('.') < 0;
  }

  private Domain below(Domain word) {
    return parent.map(it -> Domain.of(word.name() + "." + it.name())).orElse(word);
  }
}
