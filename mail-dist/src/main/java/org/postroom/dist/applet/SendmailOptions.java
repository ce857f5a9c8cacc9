package org.postroom.dist.applet;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postroom.dist.operation.QueueChoice;

/**
 * What sendmail(1) was called with: options of one letter that may stand together, some with a
 * value, up to the first word that is none.
 */
final class SendmailOptions {
  /** Those of Postfix's sendmail; a colon stands behind one that has a value. */
  private static final String LETTERS = "A:B:C:F:GIL:N:O:R:UV:X:a:b:cd:e:f:h:imno:p:q:r:tvx";

  /** They mean nothing here, and programs use them all the same. */
  private static final String IGNORED = "GLUXcehmpx";

  private static final Pattern TIME = Pattern.compile("([0-9]{1,9})([smhdw]?)");

  private static final Set<String> REPORTS = Set.of("SUCCESS", "FAILURE", "DELAY");
  private static final int LONGEST_ENVELOPE_ID = 100;

  private QueueChoice toBeTried = QueueChoice.of(List.of(QueueChoice.ALL));
  private Mode mode = Mode.DELIVER;
  private @Nullable String sender;
  private @Nullable String fullName;
  private @Nullable Path configuration;
  private @Nullable String account;
  private @Nullable String envelopeId;
  private @Nullable Boolean fullReturn;
  private @Nullable Boolean requiresTls;
  private List<String> notify = List.of();
  private boolean recipientsInHeader;
  private boolean dotIsContent;
  private boolean eightBit;
  private @Nullable String aliasFile;
  private boolean isForLeft;
  private boolean saysNames;
  private int verbosity;
  private @Nullable Duration interval;
  private final List<String> warnings = new ArrayList<>();
  private final List<String> recipients = new ArrayList<>();

  private SendmailOptions() {}

  /** What it is to do. */
  enum Mode {
    /** Hand in the mail that stands on standard input. */
    DELIVER,
    /** Check the files of aliases; they are read anew without it. */
    ALIASES,
    /** Nothing at all. */
    NOTHING,
    /** List the queue. */
    LIST,
    /** Try everything in the queue at once. */
    FLUSH,
    /** Speak SMTP on standard input. */
    SPEAK_SMTP,
    /** Say what would become of a mail. */
    VERIFY,
    /** Say that of each address that stands on standard input. */
    ASK,
    /** Run the server. */
    SERVE
  }

  /** What cannot be understood; says what. */
  static final class Misused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Misused(String message) {
      super(message);
    }
  }

  /** {@link Misused} for an option that there is not. */
  static SendmailOptions parse(List<String> words) {
    SendmailOptions options = new SendmailOptions();
    int at = 0;
    while (at < words.size() && words.get(at).startsWith("-") && words.get(at).length() > 1) {
      String word = words.get(at++);
      if (word.equals("--")) {
        break;
      }
      at = options.cluster(word, words, at);
    }
    options.recipients.addAll(words.subList(at, words.size()));
    options.check();
    return options;
  }

  private void check() {
    if (mode == Mode.SERVE && !recipients.isEmpty()) {
      throw new Misused("-bd and -bl have no recipients");
    }
    if (mode == Mode.VERIFY && recipients.isEmpty()) {
      throw new Misused("-bv is for recipients, and there are none");
    }
    if (interval != null && mode == Mode.NOTHING) {
      warnings.add("-q with a time is for -bd, and has no effect alone");
    }
  }

  /** The options in one word; gives the place of the next one. */
  private int cluster(String word, List<String> words, int next) {
    for (int i = 1; i < word.length(); i++) {
      char letter = word.charAt(i);
      int known = letter == ':' ? -1 : LETTERS.indexOf(letter);
      if (known < 0) {
        throw new Misused("invalid option -- '" + letter + "'");
      }
      if (!LETTERS.startsWith(":", known + 1)) {
        option(letter, "");
        continue;
      }
      boolean attached = i + 1 < word.length();
      if (attached || letter == 'q') { // -q alone means all
        option(letter, word.substring(i + 1));
        return next;
      }
      if (next == words.size()) {
        throw new Misused("option requires an argument -- '" + letter + "'");
      }
      option(letter, words.get(next));
      return next + 1;
    }
    return next;
  }

  private void option(char letter, String value) {
    switch (letter) {
      case 'A' -> isForLeft = value.equals("c");
      case 'B' -> eightBit = isEightBit(value);
      case 'C' -> configuration = Path.of(value);
      case 'F' -> fullName = value;
      case 'I' -> mode = Mode.ALIASES;
      case 'N' -> notify = reports(value);
      case 'O' -> named(value);
      case 'R' -> fullReturn = isFull(value);
      case 'V' -> envelopeId = envelopeId(value);
      case 'a' -> account = value;
      case 'b' -> mode = mode(value);
      case 'd' -> saysNames |= value.equals("0") || value.startsWith("0.");
      case 'f', 'r' -> sender = value.equals("<>") ? "" : value;
      case 'i' -> dotIsContent = true;
      case 'n' -> warnings.add("-n has no effect: aliases hold");
      case 'o' -> old(value);
      case 'q' -> flush(value);
      case 't' -> recipientsInHeader = true;
      case 'v' -> verbosity++;
      default -> {
        if (IGNORED.indexOf(letter) < 0) {
          throw new IllegalStateException("an option without meaning: " + letter);
        }
      }
    }
  }

  private static boolean isEightBit(String type) {
    return switch (type.toUpperCase(Locale.ROOT)) {
      case "7BIT" -> false;
      case "8BITMIME" -> true;
      default -> throw new Misused("-B is 7BIT or 8BITMIME, and not " + type);
    };
  }

  private List<String> reports(String value) {
    if (value.equalsIgnoreCase("never")) {
      return List.of("NEVER");
    }
    List<String> found = List.of(value.toUpperCase(Locale.ROOT).split("[,\\s]+"));
    if (!REPORTS.containsAll(found)) {
      warnings.add("-N " + value + " is not known, and ignored");
      return notify;
    }
    return found;
  }

  private @Nullable Boolean isFull(String value) {
    switch (value.toLowerCase(Locale.ROOT)) {
      case "full":
        return true;
      case "hdrs":
        return false;
      default:
        warnings.add("-R " + value + " is not known, and ignored");
        return fullReturn;
    }
  }

  private @Nullable String envelopeId(String value) {
    if (value.isEmpty()
        || value.length() > LONGEST_ENVELOPE_ID
        || value.chars().anyMatch(c -> c < ' ' || c > '~')) {
      warnings.add("-V is ignored: not printable, or too long");
      return envelopeId;
    }
    return value;
  }

  private static Mode mode(String value) {
    return switch (value) {
      case "m" -> Mode.DELIVER;
      case "i" -> Mode.ALIASES;
      case "h", "H" -> Mode.NOTHING;
      case "p" -> Mode.LIST;
      case "s" -> Mode.SPEAK_SMTP;
      case "t" -> Mode.ASK;
      case "v" -> Mode.VERIFY;
      case "d", "D", "l" -> Mode.SERVE;
      default -> throw new Misused("unsupported: -b" + value);
    };
  }

  /**
   * An option by its name, in any case. Others than this have no effect; but nobody sends what must
   * be safe any other way because of a slip.
   */
  private void named(String value) {
    int sign = value.indexOf('=');
    String name = (sign < 0 ? value : value.substring(0, sign)).strip();
    if (name.equalsIgnoreCase("requiretls")) {
      requiresTls =
          switch (sign < 0 ? "yes" : value.substring(sign + 1).strip().toLowerCase(Locale.ROOT)) {
            case "yes" -> true;
            case "no" -> false;
            default -> throw new Misused("-O requiretls is yes or no, and not " + value);
          };
    }
  }

  /** The older way to say options. */
  private void old(String value) {
    if (value.equals("i")) {
      dotIsContent = true;
    } else if (value.startsWith("A") && value.length() > 1) {
      aliasFile = value.substring(1);
    } else if (value.startsWith("Q")) {
      warnings.add("-oQ has no effect: there is one queue");
    }
  }

  /** Which mail is to be tried now; or how often the server looks for what is left for it. */
  private void flush(String value) {
    if (!value.isEmpty() && Character.isDigit(value.charAt(0))) {
      interval = time(value);
      mode = mode == Mode.DELIVER ? Mode.NOTHING : mode;
      return;
    }
    boolean others = value.startsWith("!");
    String choice = others ? value.substring(1) : value;
    Optional<String> part = Optional.of(choice).filter(word -> word.length() > 1);
    Optional<String> word = part.map(some -> some.substring(1));
    char by = choice.isEmpty() ? ' ' : choice.charAt(0);
    if (choice.isEmpty() ? others : word.isEmpty() || "IRS".indexOf(by) < 0) {
      throw new Misused("unsupported: -q" + value);
    }
    mode = Mode.FLUSH;
    toBeTried =
        new QueueChoice(
            choice.isEmpty() ? List.of(QueueChoice.ALL) : List.of(),
            List.of(),
            word.filter(some -> by == 'I'),
            word.filter(some -> by == 'R'),
            word.filter(some -> by == 'S'),
            Optional.empty(),
            0,
            others);
  }

  /** As sendmail has it: minutes, where there is no unit. */
  private static Duration time(String value) {
    Matcher parts = TIME.matcher(value);
    Duration all = Duration.ZERO;
    int end = 0;
    while (parts.find() && parts.start() == end) {
      end = parts.end();
      all = all.plusSeconds(Long.parseLong(parts.group(1)) * seconds(parts.group(2)));
    }
    if (end < value.length() || all.isZero()) {
      throw new Misused(
          "-q" + value + " is no time: numbers with s, m, h, d or w, minutes without one");
    }
    return all;
  }

  private static long seconds(String unit) {
    return switch (unit) {
      case "s" -> 1;
      case "h" -> 3600;
      case "d" -> 86_400;
      case "w" -> 7 * 86_400;
      default -> 60;
    };
  }

  /** How often a server looks for mail that is left for it. */
  Optional<Duration> interval() {
    return Optional.ofNullable(interval);
  }

  /** Whether what is left for the server is meant, and not its queue. */
  boolean isForLeft() {
    return isForLeft;
  }

  /** Whether it is to say what it is, and what this machine is called. */
  boolean saysNames() {
    return saysNames;
  }

  /** How often it was told to be verbose. */
  int verbosity() {
    return verbosity;
  }

  /** Which mail is to be tried. */
  QueueChoice toBeTried() {
    return toBeTried;
  }

  Mode mode() {
    return mode;
  }

  /** The envelope's; empty text for the null sender. */
  Optional<String> sender() {
    return Optional.ofNullable(sender);
  }

  /** What is written beside the sender's address, where there is no From field. */
  Optional<String> fullName() {
    return Optional.ofNullable(fullName);
  }

  /** A main.cf, or the folder that it is in. */
  Optional<Path> configuration() {
    return Optional.ofNullable(configuration);
  }

  /** By which account of an msmtprc it goes, where there is no server. */
  Optional<String> account() {
    return Optional.ofNullable(account);
  }

  Optional<String> envelopeId() {
    return Optional.ofNullable(envelopeId);
  }

  Optional<Boolean> fullReturn() {
    return Optional.ofNullable(fullReturn);
  }

  /** Whether the mail goes only by servers that do the same for it (RFC 8689). */
  Optional<Boolean> requiresTls() {
    return Optional.ofNullable(requiresTls);
  }

  /** In the words of RFC 3461. */
  List<String> notifyOn() {
    return notify;
  }

  /** Whether those whom the header names get the mail, too. */
  boolean recipientsInHeader() {
    return recipientsInHeader;
  }

  /** Whether a line of a dot is one of the mail's, and not its end. */
  boolean dotIsContent() {
    return dotIsContent;
  }

  /** The one file of aliases that is meant. */
  Optional<String> aliasFile() {
    return Optional.ofNullable(aliasFile);
  }

  /** Whether it is to say what it finds. */
  boolean isVerbose() {
    return verbosity > 0;
  }

  boolean eightBit() {
    return eightBit;
  }

  /** As they are written; each may be a list. */
  List<String> recipients() {
    return recipients;
  }

  /** What was said that has no effect. */
  List<String> warnings() {
    return warnings;
  }
}
