package org.postroom.smtp.client.tlsrpt;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Where a domain wants its reports, as TXT of {@code _smtp._tls.} and its name says (RFC 8460, 3).
 */
final class ReportRecord {
  /** More are not served. */
  static final int MOST = 5;

  private static final String VERSION = "v=TLSRPTv1";
  private static final Set<String> SCHEMES = Set.of("mailto", "https");

  private ReportRecord() {}

  /** Empty where none of the texts is a record, or more than one is. */
  static List<URI> destinations(List<String> texts) {
    List<String> records =
        texts.stream()
            .filter(text -> text.startsWith(VERSION))
            .filter(text -> text.substring(VERSION.length()).stripLeading().startsWith(";"))
            .toList();
    return records.size() == 1 ? parse(records.get(0)) : List.of();
  }

  private static List<URI> parse(String text) {
    List<URI> found = new ArrayList<>();
    for (String field : text.split(";", -1)) {
      int equals = field.indexOf('=');
      if (equals > 0 && field.substring(0, equals).strip().equals("rua") && found.isEmpty()) {
        for (String written : field.substring(equals + 1).split(",", -1)) {
          add(found, written.strip());
        }
      }
    }
    return found;
  }

  private static void add(List<URI> found, String written) {
    try {
      URI uri = new URI(written);
      String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
      if (SCHEMES.contains(scheme) && found.size() < MOST) {
        found.add(uri);
      }
    } catch (URISyntaxException e) {
      // Nobody can be reached there.
    }
  }
}
