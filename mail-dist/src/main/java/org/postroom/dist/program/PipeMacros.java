package org.postroom.dist.program;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postroom.core.address.Address;
import org.postroom.core.config.BadValue;
import org.postroom.core.delivery.QueuedMail;
import org.postroom.core.delivery.QueuedMail.QueuedRecipient;
import org.postroom.core.table.RecipientDelimiter;

/**
 * The words of a program with {@code $name}, {@code ${name}} and {@code $(name)} in them, as
 * pipe(8) has them. A word that speaks of a recipient stands once for each. What a name stands for
 * is never looked into again, and stays within its word.
 */
final class PipeMacros {
  private static final Pattern MACRO =
      Pattern.compile("\\$(?:\\$|\\{([^{}]*)\\}|\\(([^()]*)\\)|([A-Za-z_][A-Za-z0-9_]*)|)");

  /** Of a mail as a whole. */
  private static final Map<String, Function<Mail, String>> OF_MAIL =
      Map.ofEntries(
          Map.entry("sender", Mail::sender),
          Map.entry("nexthop", Mail::shownNextHop),
          Map.entry("queue_id", mail -> mail.mail().id().toString()),
          Map.entry("size", mail -> Long.toString(mail.mail().content().size())),
          Map.entry("envelope_id", mail -> mail.mail().traits().envelopeId().orElse("")),
          Map.entry("client_address", mail -> mail.client().address()),
          Map.entry("client_port", mail -> mail.client().port()),
          Map.entry("client_hostname", mail -> mail.client().name()),
          Map.entry("client_helo", mail -> mail.client().helo()),
          Map.entry("client_protocol", mail -> mail.client().protocol()),
          Map.entry("sasl_username", mail -> mail.client().login()),
          Map.entry("sasl_method", mail -> mail.client().method()),
          Map.entry("sasl_sender", mail -> mail.client().sender()));

  /** Of one recipient. */
  private static final Map<String, Function<One, String>> OF_RECIPIENT =
      Map.of(
          "recipient", One::recipient,
          "original_recipient", One::original,
          "user", One::user,
          "extension", One::extension,
          "mailbox", One::mailbox,
          "domain", One::domain);

  private final List<String> words;

  private PipeMacros(List<String> words) {
    this.words = List.copyOf(words);
  }

  /**
   * What changes the values.
   *
   * @param quotes whether local parts are quoted as in RFC 822
   * @param foldsUser whether they are in lower case
   * @param foldsDomain whether domains are
   * @param nullSender what stands for nobody
   */
  record Style(boolean quotes, boolean foldsUser, boolean foldsDomain, String nullSender) {}

  /**
   * Reads the words.
   *
   * @throws BadValue for a name that there is not
   */
  static PipeMacros of(List<String> words) {
    for (String word : words) {
      Matcher macro = MACRO.matcher(word);
      while (macro.find()) {
        name(macro).ifPresent(PipeMacros::check);
      }
    }
    return new PipeMacros(words);
  }

  /** Empty for a dollar sign that stands for itself. */
  private static Optional<String> name(Matcher macro) {
    for (int group = 1; group <= 3; group++) {
      if (macro.group(group) != null) {
        return Optional.of(macro.group(group));
      }
    }
    if (macro.group().equals("$$")) {
      return Optional.empty();
    }
    throw new BadValue("a $ stands alone; expected $name, ${name}, or $$ for the sign itself");
  }

  private static void check(String name) {
    if (!OF_MAIL.containsKey(name) && !OF_RECIPIENT.containsKey(name)) {
      Set<String> all = new TreeSet<>(OF_MAIL.keySet());
      all.addAll(OF_RECIPIENT.keySet());
      throw new BadValue(
          "${" + name + "} stands for nothing; expected one of " + String.join(", ", all));
    }
  }

  /**
   * The words for a mail.
   *
   * @param delimiter what parts users from extensions
   * @return empty where a value stands first in its word and begins with a hyphen: the program
   *     would take it for an option
   */
  Optional<List<String>> expanded(
      QueuedMail mail, String nextHop, RecipientDelimiter delimiter, Style style) {
    Mail whole = new Mail(mail, nextHop, style);
    List<One> all =
        mail.recipients().stream().map(recipient -> new One(recipient, delimiter, style)).toList();
    List<String> expanded = new ArrayList<>();
    for (String word : words) {
      for (One one : isOfRecipient(word) ? all : all.subList(0, 1)) {
        String text = expanded(word, whole, one);
        if (text.startsWith("-") && !word.startsWith("-")) {
          return Optional.empty();
        }
        expanded.add(text);
      }
    }
    return Optional.of(expanded);
  }

  private static boolean isOfRecipient(String word) {
    return MACRO
        .matcher(word)
        .results()
        .map(found -> found.group().replaceAll("[${}()]", ""))
        .anyMatch(OF_RECIPIENT::containsKey);
  }

  private static String expanded(String word, Mail mail, One one) {
    return MACRO
        .matcher(word)
        .replaceAll(
            found ->
                Matcher.quoteReplacement(
                    value(found.group().substring(1).replaceAll("[{}()]", ""), mail, one)));
  }

  private static String value(String name, Mail mail, One one) {
    if (name.equals("$")) {
      return "$";
    }
    Function<Mail, String> ofMail = OF_MAIL.get(name);
    if (ofMail != null) {
      return ofMail.apply(mail);
    }
    return Objects.requireNonNull(OF_RECIPIENT.get(name), name).apply(one);
  }

  private static String shown(Address address, Style style, boolean folds) {
    String local = address.localPart();
    String domain = address.domain().name();
    if (folds) {
      Address folded =
          Address.of(style.foldsUser() ? local.toLowerCase(Locale.ROOT) : local, address.domain());
      return style.quotes() ? folded.toString() : folded.localPart() + "@" + domain;
    }
    return style.quotes() ? address.toString() : local + "@" + domain;
  }

  /** A mail, for the words. */
  private record Mail(QueuedMail mail, String nextHop, Style style) {
    String sender() {
      return mail.sender()
          .address()
          .map(address -> shown(address, style, false))
          .orElse(style.nullSender());
    }

    BroughtBy client() {
      return BroughtBy.of(mail);
    }

    String shownNextHop() {
      return style.foldsDomain() ? nextHop.toLowerCase(Locale.ROOT) : nextHop;
    }
  }

  /** A recipient, for the words. */
  private record One(QueuedRecipient queued, RecipientDelimiter delimiter, Style style) {
    private Address address() {
      return queued.recipient().address();
    }

    String recipient() {
      return shown(address(), style, true);
    }

    String original() {
      String named = queued.recipient().namedBySender();
      return Address.tryParse(named)
          .map(address -> shown(address, style, true))
          .orElseGet(this::recipient);
    }

    String mailbox() {
      String local = address().localPart();
      return style.foldsUser() ? local.toLowerCase(Locale.ROOT) : local;
    }

    String user() {
      return delimiter.user(mailbox());
    }

    String extension() {
      int at = delimiter.indexIn(mailbox());
      return at < 0 ? "" : mailbox().substring(at + 1);
    }

    String domain() {
      return address().domain().name();
    }
  }
}
