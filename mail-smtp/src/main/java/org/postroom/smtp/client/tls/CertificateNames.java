package org.postroom.smtp.client.tls;

import java.net.InetAddress;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import org.postroom.core.address.IpLiteral;

/**
 * Whom a certificate is for (RFC 6125): the names of hosts and the addresses that it lists, or
 * where it lists none, the common name of its subject.
 */
record CertificateNames(List<String> hosts, List<String> addresses) {
  private static final int DNS_NAME = 2;
  private static final int IP_ADDRESS = 7;

  static CertificateNames of(X509Certificate certificate) {
    List<String> hosts = new ArrayList<>();
    List<String> addresses = new ArrayList<>();
    try {
      Collection<List<?>> listed = certificate.getSubjectAlternativeNames();
      for (List<?> one : listed == null ? List.<List<?>>of() : listed) {
        if (one.get(0) instanceof Integer type && one.get(1) instanceof String name) {
          if (type == DNS_NAME) {
            hosts.add(name.toLowerCase(Locale.ROOT));
          } else if (type == IP_ADDRESS) {
            addresses.add(name);
          }
        }
      }
    } catch (CertificateParsingException e) {
      return new CertificateNames(List.of(), List.of()); // for nobody
    }
    if (hosts.isEmpty() && addresses.isEmpty()) {
      commonName(certificate).ifPresent(hosts::add);
    }
    return new CertificateNames(hosts, addresses);
  }

  private static Optional<String> commonName(X509Certificate certificate) {
    try {
      return new LdapName(certificate.getSubjectX500Principal().getName())
          .getRdns().stream()
              .filter(part -> part.getType().equalsIgnoreCase("CN"))
              .map(part -> String.valueOf(part.getValue()).toLowerCase(Locale.ROOT))
              .reduce((first, second) -> second);
    } catch (InvalidNameException e) {
      return Optional.empty();
    }
  }

  /**
   * Whether it is for somebody.
   *
   * @param wanted a host's name, an address, or {@code .parent} for each host below it
   */
  boolean match(String wanted) {
    Optional<InetAddress> address = IpLiteral.parse(wanted);
    if (address.isPresent()) {
      return addresses.stream().anyMatch(one -> IpLiteral.parse(one).equals(address));
    }
    String name = wanted.toLowerCase(Locale.ROOT);
    return hosts.stream().anyMatch(host -> matches(host, name));
  }

  private static boolean matches(String host, String wanted) {
    if (wanted.startsWith(".")) {
      return host.endsWith(wanted) && host.length() > wanted.length();
    }
    if (!host.startsWith("*.")) {
      return host.equals(wanted);
    }
    int dot = wanted.indexOf('.');
    return dot > 0 && wanted.substring(dot).equals(host.substring(1)); // one label, the first
  }

  /** For people. */
  @Override
  public String toString() {
    List<String> all = new ArrayList<>(hosts);
    all.addAll(addresses);
    return all.isEmpty() ? "nobody" : String.join(", ", all);
  }
}
