package org.postroom.dist;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.postroom.dist.CertifiedServers.Shows;

/**
 * What becomes of mail at each level of {@code smtp_tls_security_level}, by what the server shows:
 * {@code tls} or {@code clear} has arrived so, a status is what it waits with after the first
 * attempt. The same configuration, of main.cf and master.cf, for whoever obeys it.
 */
final class TlsLevelTable {
  private static final String STARTTLS =
      """
                  right expired early untrusted wrong-name self-signed no-starttls no-handshake
      none        clear clear   clear clear     clear      clear       clear       clear
      may         tls   tls     tls   tls       tls        tls         clear       4.7.5
      encrypt     tls   tls     tls   tls       tls        tls         4.7.4       4.7.5
      fingerprint tls   tls     4.7.5 4.7.5     4.7.5      tls         4.7.4       4.7.5
      verify      tls   4.7.5   4.7.5 4.7.5     4.7.5      4.7.5       4.7.4       4.7.5
      secure      tls   4.7.5   4.7.5 4.7.5     4.7.5      4.7.5       4.7.4       4.7.5
      """;

  private static final String HANDSHAKE_FIRST =
      """
                          right expired early untrusted wrong-name self-signed no-starttls
      wrapped-encrypt     tls   tls     tls   tls       tls        tls         4.7.5
      wrapped-fingerprint tls   tls     4.7.5 4.7.5     4.7.5      tls         4.7.5
      wrapped-verify      tls   4.7.5   4.7.5 4.7.5     4.7.5      4.7.5       4.7.5
      wrapped-secure      tls   4.7.5   4.7.5 4.7.5     4.7.5      4.7.5       4.7.5
      """;

  /** A host whose TLSA records name who vouches (2 0 1), and one that has none. */
  private static final String BY_RECORDS =
      """
                     right expired early untrusted wrong-name self-signed no-starttls no-handshake
      dane           tls   4.7.5   4.7.5 4.7.5     4.7.5      4.7.5       4.7.4       4.7.5
      dane-only      tls   4.7.5   4.7.5 4.7.5     4.7.5      4.7.5       4.7.4       4.7.5
      bare-dane      tls   tls     tls   tls       tls        tls         clear       4.7.5
      bare-dane-only 4.7.5 4.7.5   4.7.5 4.7.5     4.7.5      4.7.5       4.7.5       4.7.5
      """;

  /** For everybody, and what needs proofs of names. */
  static final List<Cell> COMMON = cells(STARTTLS + HANDSHAKE_FIRST);

  static final List<Cell> DANE = cells(BY_RECORDS);

  private TlsLevelTable() {}

  /** One of them; its label is the mail's subject and, with {@code .test} behind, its domain. */
  record Cell(String row, Shows shows, String outcome) {
    String label() {
      return row + "." + shows.label();
    }

    String recipient() {
      return "bob@" + label() + ".test";
    }

    boolean handshakeFirst() {
      return row.startsWith("wrapped-");
    }

    private String level() {
      return row.replaceFirst("^(wrapped|bare)-", "");
    }

    private String host() {
      return row.contains("dane")
          ? row.startsWith("bare-") ? "mx.bare.test" : "mx.far.test"
          : "localhost";
    }
  }

  private static List<Cell> cells(String table) {
    List<Cell> cells = new ArrayList<>();
    List<String> heads = List.of();
    for (String line : table.split("\n")) {
      List<String> words = Arrays.asList(line.strip().split(" +"));
      if (line.startsWith(" ")) {
        heads = words;
        continue;
      }
      for (int i = 0; i < heads.size(); i++) {
        Shows shows = Shows.valueOf(heads.get(i).toUpperCase(Locale.ROOT).replace('-', '_'));
        cells.add(new Cell(words.get(0), shows, words.get(i + 1)));
      }
    }
    return List.copyOf(cells);
  }

  static List<String> domains(List<Cell> cells) {
    return cells.stream().map(cell -> cell.label() + ".test").toList();
  }

  /** As the table has it, by label. */
  static Map<String, String> outcomes(List<Cell> cells) {
    Map<String, String> all = new TreeMap<>();
    cells.forEach(cell -> all.put(cell.label(), cell.outcome()));
    return all;
  }

  /** Lines of main.cf. */
  static String mainCf(List<Cell> cells, CertifiedServers servers) throws Exception {
    StringBuilder routes = new StringBuilder("transport_maps = inline:{");
    for (Cell cell : cells) {
      routes
          .append(" { ")
          .append(cell.label())
          .append(".test = tls-")
          .append(cell.row())
          .append(":[")
          .append(cell.host())
          .append("]:")
          .append(servers.port(cell.shows(), cell.handshakeFirst()))
          .append(" }");
    }
    return String.join(
        "\n",
        "compatibility_level = 3.6",
        "smtp_tls_CAfile = " + servers.authorityFile(),
        "smtp_tls_fingerprint_digest = sha256",
        "smtp_tls_fingerprint_cert_match = "
            + String.join(
                ", ",
                servers.fingerprint(Shows.RIGHT),
                servers.fingerprint(Shows.EXPIRED),
                servers.fingerprint(Shows.SELF_SIGNED)),
        "smtp_tls_loglevel = 1",
        routes.append(" }").toString(),
        "");
  }

  /** Lines of master.cf: a transport for each row. */
  static String masterCf(List<Cell> cells) {
    StringBuilder services = new StringBuilder();
    cells.stream()
        .map(cell -> cell.row() + " " + cell.level())
        .distinct()
        .map(row -> row.split(" "))
        .forEach(
            row ->
                services
                    .append("tls-" + row[0] + " unix - - n - - smtp\n")
                    .append("  -o smtp_tls_security_level=" + row[1] + "\n")
                    .append(
                        "  -o smtp_tls_wrappermode="
                            + (row[0].startsWith("wrapped-") ? "yes" : "no")
                            + "\n")
                    .append(
                        row[1].startsWith("dane") ? "  -o smtp_dns_support_level=dnssec\n" : ""));
    return services.toString();
  }

  /** Hands over a mail for each, from port to wherever the routes lead. */
  static void send(List<Cell> cells, int port) throws Exception {
    try (SmtpDialogue dialogue = SmtpDialogue.open(port)) {
      for (Cell cell : cells) {
        String answer =
            dialogue.send(
                "ada@here.test",
                cell.recipient(),
                ("Subject: " + cell.label() + "\r\n\r\n").getBytes(US_ASCII));
        if (!answer.startsWith("250")) {
          throw new AssertionError(cell + ": " + answer);
        }
      }
    }
  }
}
