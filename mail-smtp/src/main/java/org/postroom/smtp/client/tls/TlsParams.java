package org.postroom.smtp.client.tls;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.postroom.core.config.Bounds;
import org.postroom.core.config.Param;
import org.postroom.core.config.ParamSet;

/** How safe connections to other servers must be. */
public final class TlsParams {
  private static final ParamSet.Builder SET = ParamSet.named("smtp-tls");

  /** An older way to say {@code may}. */
  static final Param<Boolean> USE =
      SET.bool(
          "smtp_use_tls",
          "no",
          "An older name of smtp_tls_security_level = may, where that is not set.");

  /** An older way to say {@code encrypt} or {@code verify}. */
  static final Param<Boolean> ENFORCE =
      SET.bool(
          "smtp_enforce_tls",
          "no",
          "An older name of smtp_tls_security_level = verify, or encrypt with"
              + " smtp_tls_enforce_peername = no, where that is not set.");

  static final Param<Boolean> ENFORCE_PEERNAME =
      SET.bool("smtp_tls_enforce_peername", "yes", "See smtp_enforce_tls.");

  public static final Param<TlsLevel> LEVEL =
      SET.choice(
          "smtp_tls_security_level",
          "${{$smtp_enforce_tls} == {yes} ? {${{$smtp_tls_enforce_peername} == {yes} ? {verify} :"
              + " {encrypt}}} : {${{$compatibility_level} <level {3.11} ? {${{$smtp_use_tls} == {yes} ?"
              + " {may} : {none}}} : {may}}}}",
          TlsLevel.class,
          """
          How safe a connection to another server must be. none: without TLS. may: TLS where the \
          server offers it, whoever it is, and without when the handshake still fails after \
          minimal_backoff_time. encrypt: TLS, whoever it is. fingerprint: with a certificate that \
          smtp_tls_fingerprint_cert_match has. dane: with whom TLSA records of the host name (RFC 7672), \
          where DNSSEC proves any, else as may. dane-only: the same, and mail waits where there are \
          none. verify: with a valid certificate for the host that \
          the DNS names. secure: with a valid certificate for the next hop itself.""");

  public static final Param<DnsSupport> DNS_SUPPORT =
      SET.choice(
          "smtp_dns_support_level",
          "",
          DnsSupport.class,
          """
          How far the DNS is asked for next hops. disabled: for addresses, not for mail exchangers. \
          enabled: for both. dnssec: with proofs, as the levels dane and dane-only of \
          smtp_tls_security_level need it; the name servers have to hand on signatures. Empty is as \
          disable_dns_lookups says.""");

  static final Param<InsecureMx> INSECURE_MX =
      SET.choice(
          "smtp_tls_dane_insecure_mx_policy",
          "${{$smtp_tls_security_level} == {dane} ? {dane} : {may}}",
          InsecureMx.class,
          """
          What TLSA records of a mail exchanger mean at the level dane, where DNSSEC proves them, but \
          not that it is one of the domain's. may: nothing. encrypt: TLS, whoever it is. dane: what \
          they mean elsewhere.""");

  static final Param<List<String>> POLICY_MAPS =
      SET.list(
          "smtp_tls_policy_maps",
          "",
          """
          Tables with the level for a next hop, as relayhost writes it or .parent of a domain, and \
          what it is held against: secure match=mx.example.com:.example.net, fingerprint \
          match=…|…, encrypt servername=….""");

  public static final Param<Boolean> WRAPPERMODE =
      SET.bool(
          "smtp_tls_wrappermode",
          "no",
          """
          Whether the TLS handshake comes before everything else (RFC 8314, port 465). Needs a level \
          of encrypt or above.""");

  static final Param<Optional<Path>> CA_FILE =
      SET.optionalPath(
          "smtp_tls_CAfile",
          "",
          """
          Certificates (PEM) of the authorities that are trusted. Where neither this nor \
          smtp_tls_CApath is set, those of the Java runtime are.""");

  static final Param<Optional<Path>> CA_PATH =
      SET.optionalPath(
          "smtp_tls_CApath", "", "A folder of such files, beside smtp_tls_CAfile or in its place.");

  static final Param<Boolean> APPEND_DEFAULT =
      SET.bool(
          "tls_append_default_CA",
          "no",
          "Whether the authorities of the Java runtime are trusted beside those.");

  static final Param<Boolean> REQUIRED_ENABLE =
      SET.bool(
          "tls_required_enable",
          "yes",
          """
          Whether mail whose header has TLS-Required: No (RFC 8689) goes as at the level may, \
          whatever else asks for more. Where we log in (smtp_sasl_auth_enable), it never does.""");

  public static final Param<List<String>> REQUIRETLS_POLICY =
      SET.list(
          "smtp_requiretls_policy",
          """
          inline:{ { $mydomain = opportunistic } { .$mydomain = opportunistic } \
          { localhost = opportunistic } } \
          cidr:{ { 0.0.0.0/0 opportunistic } { ::/0 opportunistic } } enforce""",
          """
          How far a next hop must do what mail with REQUIRETLS asks for (RFC 8689): levels, and tables \
          with the level for a host, an address or .parent of a domain; the first that has something to \
          say counts. enforce: TLS with a certificate that TLSA records (where DNSSEC proves the MX, \
          too), an MTA-STS policy or smtp_tls_policy_maps name, or one for the next hop itself, and a \
          server that offers REQUIRETLS; else the mail is returned. opportunistic+starttls: TLS with \
          anybody, or it is returned. opportunistic: as for other mail, and REQUIRETLS where the \
          server offers it. disable: as for other mail.""");

  static final Param<TlsVersions> PROTOCOLS =
      versions(
          "smtp_tls_protocols",
          """
          Versions of TLS where it may be: >=TLSv1.2, <=TLSv1.2, names, !names. Those before TLSv1.2 \
          are never spoken.""");

  static final Param<TlsVersions> MANDATORY_PROTOCOLS =
      versions(
          "smtp_tls_mandatory_protocols",
          "The same where it must be, at the levels from encrypt on.");

  static final Param<Optional<Path>> CERT_FILE =
      SET.optionalPath(
          "smtp_tls_cert_file",
          "",
          "The certificate, with those that vouch for it (PEM), that we show to servers that ask.");

  static final Param<Optional<Path>> KEY_FILE =
      SET.optionalPath(
          "smtp_tls_key_file", "$smtp_tls_cert_file", "Its private key (PEM, unencrypted).");

  static final Param<List<Path>> CHAIN_FILES =
      SET.value(
          "smtp_tls_chain_files",
          "",
          "paths of files",
          text ->
              Stream.of(text.split("[,\\s]+")).filter(one -> !one.isEmpty()).map(Path::of).toList(),
          files -> files.stream().map(Path::toString).collect(Collectors.joining(", ")),
          """
          In place of smtp_tls_cert_file: files with a private key, its certificate and those that \
          vouch for it, one for each kind of key.""");

  static final Param<List<String>> VERIFY_MATCH =
      SET.list(
          "smtp_tls_verify_cert_match",
          "hostname",
          "What a certificate must be for at the level verify: hostname, nexthop, dot-nexthop, names.");

  public static final Param<List<String>> SECURE_MATCH =
      SET.list(
          "smtp_tls_secure_cert_match",
          "nexthop, dot-nexthop",
          "What a certificate must be for at the level secure.");

  static final Param<List<String>> FINGERPRINTS =
      SET.list(
          "smtp_tls_fingerprint_cert_match",
          "",
          "Digests of certificates, or of their public keys, for the level fingerprint.");

  static final Param<Digest> DIGEST =
      SET.choice("smtp_tls_fingerprint_digest", "sha256", Digest.class, "How they are made.");

  static final Param<String> SERVER_NAME =
      SET.text(
          "smtp_tls_servername",
          "",
          "The name asked for in the handshake (SNI): hostname, nexthop, or a name; empty is the host's.");

  static final Param<Integer> LOG_LEVEL =
      SET.integer(
          "smtp_tls_loglevel",
          "0",
          Bounds.between("0", "4"),
          """
          From 1 on each handshake with a server has a line in the log: version, cipher, and whether \
          the server is who the policy wants (Verified), has a certificate of an authority that \
          smtp_tls_CAfile or smtp_tls_CApath names (Trusted), another one (Untrusted) or none \
          (Anonymous). 2 to 4 log no more.""");

  /** Stays the last line: it takes in every parameter declared above. */
  public static final ParamSet ALL = SET.build();

  private TlsParams() {}

  private static Param<TlsVersions> versions(String name, String doc) {
    return SET.value(
        name,
        ">=TLSv1",
        "versions of TLS, such as >=TLSv1.2",
        TlsVersions::parse,
        TlsVersions::written,
        doc);
  }

  /** A digest, as administrators call it. */
  enum Digest {
    MD5("MD5"),
    SHA1("SHA-1"),
    SHA256("SHA-256"),
    SHA384("SHA-384"),
    SHA512("SHA-512");

    private final String javaName;

    Digest(String javaName) {
      this.javaName = javaName;
    }

    String javaName() {
      return javaName;
    }
  }
}
