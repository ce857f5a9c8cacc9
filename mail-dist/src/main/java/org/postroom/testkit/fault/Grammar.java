package org.postroom.testkit.fault;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * As much of a protocol as it takes to tell one command from the next, and which answer is whose.
 * Without state.
 */
abstract sealed class Grammar {
  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9]+");

  /** What a line of an answer says of it. */
  enum Answer {
    /** More lines follow. */
    PART,
    /** The client is to go on. */
    MORE,
    /** It is over. */
    DONE
  }

  /** Octets that follow a line; whether the client waits for being asked for them. */
  record Literal(long octets, boolean isAskedFor) {}

  static Grammar of(Protocol protocol) {
    return switch (protocol) {
      case SMTP, LMTP -> new Smtp(protocol);
      case POP3 -> new Pop3();
      case IMAP -> new Imap();
    };
  }

  final Protocol protocol;

  private Grammar(Protocol protocol) {
    this.protocol = protocol;
  }

  /** What a client says in a line. */
  abstract Exchange said(String line);

  /** What follows the line. */
  Optional<Literal> literal(String line) {
    return Optional.empty();
  }

  /** The same of a line of the server. */
  Optional<Literal> answeredLiteral(String line) {
    return Optional.empty();
  }

  /** Whether an answer is to this. */
  boolean isTo(Exchange exchange, String line) {
    return true;
  }

  /** What a line of the server says of the answer to this. */
  abstract Answer answer(Exchange exchange, String line);

  /** Whether an answer's last line says yes. */
  abstract boolean isYes(Exchange exchange, String line);

  /** The answer's line without a capability; empty where nothing is left of it. */
  abstract Optional<String> without(Exchange exchange, String line, String capability);

  /** The answer to this that a rule has in the place of the server's. */
  String reply(Exchange exchange, String line) {
    return line;
  }

  /** Whether the server closes the connection upon that answer. */
  abstract boolean isFarewell(Exchange exchange, String line);

  /**
   * What is wrong with an answer as a rule has it.
   *
   * @param verb null for any
   */
  abstract Optional<String> faultOf(@Nullable Verb verb, String line);

  /** Yes, TLS may begin. */
  abstract String tlsMayBegin(Exchange exchange);

  /** A command of the protocol; null for what is none. */
  final @Nullable Verb verb(String word) {
    String name = word.toUpperCase(Locale.ROOT);
    return Verb.of(protocol)
        .filter(verb -> verb.isCommand() && verb.name().equals(name))
        .findFirst()
        .orElse(null);
  }

  static String firstWord(String line) {
    Matcher word = WORD.matcher(line);
    return word.lookingAt() ? word.group() : "";
  }

  private static final class Smtp extends Grammar {
    private static final Pattern PATH = Pattern.compile("<([^>]*)>");
    private static final Pattern BDAT = Pattern.compile("(?i)BDAT +(\\d{1,12})( +LAST)? *");
    private static final Pattern REPLY = Pattern.compile("(\\d{3})(?:([ -]).*)?");
    private static final Pattern WANTED = Pattern.compile("[245]\\d\\d( .*)?");

    Smtp(Protocol protocol) {
      super(protocol);
    }

    @Override
    Exchange said(String line) {
      Verb verb = verb(firstWord(line));
      Matcher path = PATH.matcher(line);
      Matcher bdat = BDAT.matcher(line);
      boolean isChunk = verb == Verb.BDAT && bdat.matches();
      boolean hasAddress = (verb == Verb.MAIL || verb == Verb.RCPT) && path.find();
      Exchange said =
          new Exchange(
              verb,
              verb == Verb.AUTH ? "AUTH" : line,
              "",
              hasAddress ? path.group(1) : "",
              isChunk ? Long.parseLong(bdat.group(1)) : 0,
              isChunk && bdat.group(2) != null);
      said.awaits = verb == Verb.DATA || verb == Verb.AUTH;
      return said;
    }

    @Override
    Answer answer(Exchange exchange, String line) {
      Matcher reply = REPLY.matcher(line);
      if (!reply.matches() || "-".equals(reply.group(2))) {
        return Answer.PART;
      }
      if (line.startsWith("3")) {
        return Answer.MORE;
      }
      exchange.answers--;
      return exchange.answers > 0 ? Answer.PART : Answer.DONE;
    }

    @Override
    boolean isYes(Exchange exchange, String line) {
      return line.startsWith("2");
    }

    @Override
    Optional<String> without(Exchange exchange, String line, String capability) {
      boolean isGreeting = exchange.verb == Verb.EHLO || exchange.verb == Verb.LHLO;
      return isGreeting
              && line.length() > 4
              && firstWord(line.substring(4)).equalsIgnoreCase(capability)
          ? Optional.empty()
          : Optional.of(line);
    }

    @Override
    boolean isFarewell(Exchange exchange, String line) {
      return line.startsWith("421") || exchange.verb == Verb.CONNECT && !isYes(exchange, line);
    }

    @Override
    Optional<String> faultOf(@Nullable Verb verb, String line) {
      return WANTED.matcher(line).matches()
          ? Optional.empty()
          : Optional.of(
              "a code from 200 to 299 or from 400 to 599, and a text: 451 4.3.0 Try again");
    }

    @Override
    String tlsMayBegin(Exchange exchange) {
      return "220 2.0.0 Ready to start TLS";
    }
  }

  private static final class Pop3 extends Grammar {
    private static final Pattern WANTED = Pattern.compile("(\\+OK|-ERR)( .*)?");

    Pop3() {
      super(Protocol.POP3);
    }

    @Override
    Exchange said(String line) {
      Verb verb = verb(firstWord(line));
      boolean isSecret = verb == Verb.PASS || verb == Verb.AUTH;
      String shown = isSecret ? firstWord(line) : line;
      Exchange said = new Exchange(verb, shown, "", "", 0, false);
      said.awaits = verb == Verb.AUTH;
      boolean isOfOne = line.strip().contains(" ");
      said.isLong =
          verb == Verb.RETR
              || verb == Verb.TOP
              || verb == Verb.CAPA
              || (verb == Verb.LIST || verb == Verb.UIDL) && !isOfOne
              || verb == Verb.LANG && !isOfOne
              || verb == Verb.AUTH && !isOfOne;
      return said;
    }

    @Override
    Answer answer(Exchange exchange, String line) {
      if (exchange.answers == 0) { // its first line has been there
        return line.equals(".") ? Answer.DONE : Answer.PART;
      }
      if (line.startsWith("+ ")) {
        return Answer.MORE;
      }
      exchange.answers = 0;
      return exchange.isLong && isYes(exchange, line) ? Answer.PART : Answer.DONE;
    }

    @Override
    boolean isYes(Exchange exchange, String line) {
      return line.startsWith("+OK");
    }

    @Override
    Optional<String> without(Exchange exchange, String line, String capability) {
      return exchange.verb == Verb.CAPA && firstWord(line).equalsIgnoreCase(capability)
          ? Optional.empty()
          : Optional.of(line);
    }

    @Override
    boolean isFarewell(Exchange exchange, String line) {
      return exchange.verb == Verb.CONNECT && !isYes(exchange, line);
    }

    @Override
    Optional<String> faultOf(@Nullable Verb verb, String line) {
      return WANTED.matcher(line).matches()
          ? Optional.empty()
          : Optional.of("+OK or -ERR, and a text: -ERR [SYS/TEMP] Try again");
    }

    @Override
    String tlsMayBegin(Exchange exchange) {
      return "+OK Begin TLS negotiation now";
    }
  }

  private static final class Imap extends Grammar {
    private static final Pattern COMMAND =
        Pattern.compile("(?i)([^ ]*) +(?:UID +)?([A-Z0-9]+)(?: .*)?");
    private static final Pattern LITERAL = Pattern.compile("\\{(\\d{1,12})(\\+)?\\}$");
    private static final Pattern WANTED = Pattern.compile("(NO|BAD|OK|BYE)( .*)?");

    Imap() {
      super(Protocol.IMAP);
    }

    @Override
    Exchange said(String line) {
      Matcher command = COMMAND.matcher(line);
      boolean isCommand = command.matches();
      Verb verb = isCommand ? verb(command.group(2)) : null;
      boolean isSecret = verb == Verb.LOGIN || verb == Verb.AUTHENTICATE;
      String tag = isCommand ? command.group(1) : firstTag(line);
      Exchange said = new Exchange(verb, isSecret ? tag + " " + verb : line, tag, "", 0, false);
      said.awaits = verb == Verb.AUTHENTICATE || verb == Verb.IDLE;
      return said;
    }

    private static String firstTag(String line) {
      int space = line.indexOf(' ');
      return space < 0 ? line : line.substring(0, space);
    }

    @Override
    Optional<Literal> literal(String line) {
      Matcher literal = LITERAL.matcher(line);
      return literal.find()
          ? Optional.of(new Literal(Long.parseLong(literal.group(1)), literal.group(2) == null))
          : Optional.empty();
    }

    @Override
    Optional<Literal> answeredLiteral(String line) {
      return literal(line);
    }

    @Override
    boolean isTo(Exchange exchange, String line) {
      return exchange.verb == Verb.CONNECT
          || line.startsWith("*")
          || line.startsWith("+")
          || line.startsWith(exchange.tag + " ");
    }

    @Override
    Answer answer(Exchange exchange, String line) {
      if (exchange.verb == Verb.CONNECT) {
        return Answer.DONE;
      }
      if (line.startsWith("+")) {
        return Answer.MORE;
      }
      return line.startsWith(exchange.tag + " ") ? Answer.DONE : Answer.PART;
    }

    @Override
    boolean isYes(Exchange exchange, String line) {
      return line.startsWith(" OK", exchange.tag.length());
    }

    @Override
    Optional<String> without(Exchange exchange, String line, String capability) {
      int list = line.toUpperCase(Locale.ROOT).indexOf("CAPABILITY ");
      if (list < 0) {
        return Optional.of(line);
      }
      String named = "(?i) " + Pattern.quote(capability) + "(?=[ \\]]|$)";
      return Optional.of(line.substring(0, list) + line.substring(list).replaceAll(named, ""));
    }

    @Override
    String reply(Exchange exchange, String line) {
      boolean isUntagged = exchange.verb == Verb.CONNECT || line.startsWith("BYE");
      return (isUntagged ? "*" : exchange.tag) + " " + line;
    }

    @Override
    boolean isFarewell(Exchange exchange, String line) {
      return line.startsWith("BYE");
    }

    @Override
    Optional<String> faultOf(@Nullable Verb verb, String line) {
      boolean isGreeting = verb == Verb.CONNECT;
      if (isGreeting && !line.startsWith("BYE") && !line.startsWith("OK")) {
        return Optional.of("OK or BYE, and a text: BYE Overloaded");
      }
      return WANTED.matcher(line).matches()
          ? Optional.empty()
          : Optional.of("NO, BAD, OK or BYE, and a text: NO [UNAVAILABLE] Try again");
    }

    @Override
    String tlsMayBegin(Exchange exchange) {
      return exchange.tag + " OK Begin TLS negotiation now";
    }
  }

  /** All verbs of a protocol, as a text. */
  static String verbs(Protocol protocol) {
    return Verb.of(protocol).map(Verb::name).collect(Collectors.joining(", "));
  }
}
