package org.postroom.core.filter.check;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postroom.core.address.Address;
import org.postroom.core.address.MalformedAddress;
import org.postroom.core.filter.Finding;
import org.postroom.core.filter.Finding.Remark;
import org.postroom.core.mail.FieldLine;
import org.postroom.core.restriction.Consequence;
import org.postroom.core.restriction.Verdict;

/** What the tables of header_checks(5) have said of a mail so far: the grammar of their values. */
final class CheckOutcome {
  private static final Pattern STATUS = Pattern.compile("([245])(\\.\\d{1,3}\\.\\d{1,3})\\s+(.*)");
  private static final String REJECTED = "message content rejected";

  /** So many lines may one mail have in the log. */
  private static final int MOST_REMARKS = 100;

  private static final int MOST_SHOWN = 200;

  /** They decide what becomes of a mail that comes in; one that goes out is another's already. */
  private static final Set<String> INCOMING =
      Set.of("REJECT", "DISCARD", "HOLD", "FILTER", "REDIRECT", "BCC");

  private static final Set<String> ALWAYS =
      Set.of("PREPEND", "REPLACE", "STRIP", "IGNORE", "PASS", "WARN", "INFO", "DUNNO", "OK");

  private final boolean outgoing;

  private final Set<Consequence> consequences = new LinkedHashSet<>();
  private final List<Remark> remarks = new ArrayList<>();
  private Verdict.@Nullable Reject refusal;
  private boolean over;

  /**
   * Of one mail.
   *
   * @param outgoing whether it goes out
   */
  CheckOutcome(boolean outgoing) {
    this.outgoing = outgoing;
  }

  /** Whether a rule, as far as it is known, may stand in a table for mail that goes out. */
  static boolean isForOutgoing(String value) {
    String word = word(value.strip());
    // What comes from the key is seen when it comes.
    return word.isEmpty() || ALWAYS.contains(word);
  }

  private static String word(String text) {
    int end = 0;
    while (end < text.length() && !Character.isWhitespace(text.charAt(end))) {
      end++;
    }
    return text.substring(0, end).toUpperCase(Locale.ROOT);
  }

  /**
   * What is done to the line.
   *
   * @param instead whether in its place, or before it
   * @param text without a line end; empty for nothing
   */
  record Change(boolean instead, String text) {}

  /** Whether nothing more of the mail is looked at. */
  boolean isOver() {
    return over;
  }

  /**
   * Does what {@code value} says.
   *
   * @param map the parameter whose table has the line
   * @param field whether the line is a header field
   */
  Optional<Change> act(String map, boolean field, String line, String value) {
    return new Act(map, field, line, value).done();
  }

  Finding finding(Optional<StagedEdit> edit) {
    if (refusal != null) {
      return new Finding.Refused(refusal, remarks);
    }
    boolean discarded = consequences.stream().anyMatch(Consequence.Discard.class::isInstance);
    return new Finding.Passed(
        List.copyOf(consequences),
        discarded ? Optional.empty() : edit.map(StagedEdit::finish),
        remarks);
  }

  /** One value for one line. */
  private final class Act {
    private final String map;
    private final boolean field;
    private final String about;
    private final String word;
    private final String rest;

    Act(String map, boolean field, String line, String value) {
      this.map = map;
      this.field = field;
      this.about =
          (field ? "header " : "body ") + line.substring(0, Math.min(line.length(), MOST_SHOWN));
      String text = value.strip();
      this.word = word(text);
      this.rest = text.substring(word.length()).strip();
    }

    Optional<Change> done() {
      if (outgoing && INCOMING.contains(word)) {
        warn("command " + word + " in " + map + " map is for mail that comes in");
        return Optional.empty();
      }
      switch (word) {
        case "REJECT" -> reject();
        case "DISCARD" -> {
          remark("discard");
          consequences.add(new Consequence.Discard());
          over = true;
        }
        case "HOLD" -> {
          if (consequences.add(new Consequence.Hold())) {
            remark("hold");
          }
        }
        case "FILTER" -> filter();
        case "REDIRECT", "BCC" -> toAnother();
        case "PREPEND", "REPLACE" -> {
          return written();
        }
        case "STRIP" -> {
          remark("strip");
          return Optional.of(new Change(true, ""));
        }
        case "IGNORE" -> {
          return Optional.of(new Change(true, ""));
        }
        case "PASS" -> {
          remark("pass");
          over = true;
        }
        case "WARN" -> remark("warning");
        case "INFO" -> remark("info");
        case "DUNNO", "OK" -> {
          // Nothing is done with the line.
        }
        default -> warn("unknown command in " + map + " map: " + word);
      }
      return Optional.empty();
    }

    private void reject() {
      Matcher status = STATUS.matcher(rest);
      boolean given = status.matches();
      boolean forNow = given && !status.group(1).equals("5");
      String tail = given ? status.group(2) : ".7.1";
      String said = given ? status.group(3) : rest.isEmpty() ? REJECTED : rest;
      refusal = Verdict.Reject.of(forNow ? 451 : 550, tail, said);
      remark("reject", refusal.status() + " " + said);
      over = true;
    }

    private void filter() {
      if (rest.indexOf(':') < 0) {
        warn("bad FILTER command " + rest + " in " + map + " -- need transport:destination");
        return;
      }
      remark("filter");
      consequences.removeIf(Consequence.Filter.class::isInstance);
      consequences.add(new Consequence.Filter(rest));
    }

    private void toAnother() {
      Address address;
      try {
        address = Address.parse(rest);
      } catch (MalformedAddress e) {
        warn("bad " + word + " address \"" + rest + "\" in " + map + " map -- need user@domain");
        return;
      }
      remark(word.toLowerCase(Locale.ROOT));
      if (word.equals("BCC")) {
        consequences.add(new Consequence.Bcc(address));
      } else {
        consequences.add(new Consequence.Redirect(address));
        over = true; // whatever the manual says
      }
    }

    private Optional<Change> written() {
      if (rest.isEmpty()) {
        warn(word + " action without text in " + map + " map");
        return Optional.empty();
      }
      if (field && FieldLine.parse(rest).isEmpty()) {
        warn(
            "bad "
                + word
                + " header text \""
                + rest
                + "\" in "
                + map
                + " map -- need \"headername: headervalue\"");
        return Optional.empty();
      }
      remark(word.toLowerCase(Locale.ROOT));
      return Optional.of(new Change(word.equals("REPLACE"), rest));
    }

    private void warn(String text) {
      remark("warning", text);
    }

    private void remark(String action) {
      remark(action, rest);
    }

    private void remark(String action, String text) {
      if (remarks.size() < MOST_REMARKS || over) {
        remarks.add(new Remark(action, about, text));
      }
    }
  }
}
