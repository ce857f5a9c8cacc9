package org.postroom.smtp.client;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.postroom.core.address.IpLiteral;
import org.postroom.core.config.BadValue;
import org.postroom.core.config.Bounds;
import org.postroom.core.config.Param;
import org.postroom.core.config.ParamSet;
import org.postroom.core.config.Settings;
import org.postroom.core.filter.check.CheckParams;

/** The parameters of what is said to another server, and how long it may take. */
final class ConversationParams {
  private final ParamSet.Builder set;

  private final Param<Duration> connect;
  private final Param<Duration> hello;
  private final Param<Duration> startTls;
  private final Param<Duration> xforward;
  private final Param<Duration> mail;
  private final Param<Duration> rcpt;
  private final Param<Duration> dataInit;
  private final Param<Duration> dataXfer;
  private final Param<Duration> dataDone;
  private final Param<Duration> reset;
  private final Param<Duration> quit;
  private final Param<Boolean> passesRefusal;
  private final Param<Boolean> leavesAtOnce;
  private final Param<Boolean> tellsClient;
  private final Param<List<String>> unheard;
  private final Param<Optional<InetAddress>> ipv4;
  private final Param<Optional<InetAddress>> ipv6;
  private final Param<Integer> sessions;
  private final CheckParams checks;

  /** Declares them. */
  ConversationParams(ParamSet.Builder set) {
    this.set = set;
    connect = time("connect", "30s", "How long one address may take to answer.");
    hello =
        time(
            "helo",
            "300s",
            "How long the greeting, the answer to EHLO, and each of a log-in may take.");
    startTls =
        time("starttls", "300s", "How long the answer to STARTTLS, and the handshake, may take.");
    xforward = time("xforward", "300s", "How long the answer to XFORWARD may take.");
    mail = time("mail", "300s", "How long the answer to MAIL may take.");
    rcpt = time("rcpt", "300s", "How long the answer to each RCPT may take.");
    dataInit = time("data_init", "120s", "How long the answer to DATA may take.");
    dataXfer = time("data_xfer", "180s", "How long a piece of the content may take.");
    dataDone =
        time("data_done", "600s", "How long the answer to the whole content, or each, may take.");
    reset = time("rset", "20s", "How long the answer to RSET may take.");
    quit =
        time(
            "quit",
            "300s",
            "How long the answer to QUIT may take, where smtp_skip_quit_response is no.");
    passesRefusal =
        set.bool(
            "smtp_skip_5xx_greeting",
            "yes",
            """
            Whether a server that greets with 5xx is left for the next one, and the mail waits where \
            there is none; with no it is returned at once.""");
    leavesAtOnce =
        set.bool(
            "smtp_skip_quit_response",
            "yes",
            "Whether a connection is closed behind QUIT without waiting for the answer.");
    tellsClient =
        set.bool(
            "smtp_send_xforward_command",
            "no",
            """
            Whether servers that offer XFORWARD are told which client a mail came from, and what it is \
            called here: for filters of our own that mail goes through.""");
    unheard =
        set.list(
            "smtp_discard_ehlo_keywords",
            "",
            "Extensions that are not used although servers offer them: chunking, pipelining …");
    ipv4 = address("bind_address", true, "From which IPv4 address we connect; empty for any.");
    ipv6 = address("bind_address6", false, "From which IPv6 address we connect; empty for any.");
    sessions =
        set.integer(
            "smtp_mx_session_limit",
            "2",
            Bounds.atLeast("0"),
            """
            With so many servers of a next hop an attempt talks about a mail: recipients that one puts \
            off (4xx) are tried with the next. 0 for no limit.""");
    checks =
        new CheckParams(
            checks(
                "header_checks",
                "Tables of header_checks(5): what becomes of such fields in the header of mail that"
                    + " goes out (PREPEND, REPLACE, IGNORE, STRIP, WARN, INFO)."),
            checks(
                "mime_header_checks",
                "The same for fields that say what a part is, and for the headers of parts."),
            checks("nested_header_checks", "The same for the headers of attached mails."),
            checks("body_checks", "The same for lines behind the header."));
  }

  private Param<Duration> time(String name, String preset, String doc) {
    return set.time("smtp_" + name + "_timeout", preset, Bounds.atLeast("1s"), doc);
  }

  private Param<List<String>> checks(String name, String doc) {
    return set.list("smtp_" + name, "", doc);
  }

  /** For the greeting and the answer to EHLO. */
  Param<Duration> helloTimeout() {
    return hello;
  }

  Param<Duration> contentTimeout() {
    return dataDone;
  }

  Param<Boolean> leavesAtOnce() {
    return leavesAtOnce;
  }

  /** Extensions that are not used. */
  Param<List<String>> unheard() {
    return unheard;
  }

  /** Those that name tables for what goes out. */
  CheckParams checks() {
    return checks;
  }

  private Param<Optional<InetAddress>> address(String name, boolean isIpv4, String doc) {
    return set.value(
        "smtp_" + name,
        "",
        isIpv4 ? "an IPv4 address, or nothing" : "an IPv6 address, or nothing",
        text -> address(text.strip(), isIpv4),
        address -> address.map(IpLiteral::written).orElse(""),
        doc);
  }

  private static Optional<InetAddress> address(String text, boolean isIpv4) {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    boolean bracketed = text.startsWith("[") && text.endsWith("]");
    Optional<InetAddress> address =
        IpLiteral.parse(bracketed ? text.substring(1, text.length() - 1) : text);
    if (address.filter(one -> one instanceof Inet4Address == isIpv4).isEmpty()) {
      throw new BadValue("");
    }
    return address;
  }

  Timeouts timeouts(Settings settings) {
    return new Timeouts(
        settings.get(connect),
        settings.get(hello),
        settings.get(startTls),
        settings.get(xforward),
        settings.get(mail),
        settings.get(rcpt),
        settings.get(dataInit),
        settings.get(dataXfer),
        settings.get(dataDone),
        settings.get(reset),
        settings.get(quit));
  }

  /** With EHLO in its place, unless {@code never}. */
  Manners manners(Settings settings, boolean always, boolean never) {
    Set<String> words =
        settings.get(unheard).stream()
            .map(word -> word.toUpperCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());
    return new Manners(
        settings.get(passesRefusal),
        settings.get(leavesAtOnce),
        always,
        never,
        settings.get(tellsClient),
        words);
  }

  SourceAddresses sources(Settings settings) {
    return new SourceAddresses(settings.get(ipv4), settings.get(ipv6));
  }

  /** With how many servers an attempt talks. */
  int sessions(Settings settings) {
    return settings.get(sessions) == 0 ? Integer.MAX_VALUE : settings.get(sessions);
  }
}
