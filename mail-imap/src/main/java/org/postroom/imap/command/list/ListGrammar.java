package org.postroom.imap.command.list;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.postroom.imap.protocol.BadCommand;
import org.postroom.imap.protocol.ImapReader;

/** How LIST is written, with everything RFC 5258, RFC 5819 and RFC 6154 put into it. */
final class ListGrammar {
  private static final int MAX_PATTERNS = 100;

  private ListGrammar() {}

  static ListCommand simple(ImapReader in, ListCommand.Verb verb) {
    in.space();
    String reference = in.pattern();
    in.space();
    String pattern = in.pattern();
    in.end();
    return new ListCommand(
        verb,
        false,
        false,
        false,
        joined(in, reference, List.of(pattern)),
        false,
        false,
        List.of());
  }

  static ListCommand parse(ImapReader in) {
    in.space();
    boolean extended = in.at('(');
    Set<String> select = extended ? selection(in) : Set.of();
    String reference = in.pattern();
    in.space();
    List<String> patterns = new ArrayList<>();
    if (in.at('(')) {
      extended = true;
      in.open();
      for (boolean first = true; !in.close(first); first = false) {
        patterns.add(in.pattern());
        if (patterns.size() > MAX_PATTERNS) {
          throw new BadCommand("Too many patterns");
        }
      }
    } else {
      patterns.add(in.pattern());
    }
    Set<String> returned = new LinkedHashSet<>();
    List<StatusItem> status = List.of();
    if (!in.atEnd()) {
      extended = true;
      if (!in.word().equals("RETURN")) {
        throw new BadCommand("Expected RETURN");
      }
      in.space();
      in.open();
      for (boolean first = true; !in.close(first); first = false) {
        String option = in.word();
        switch (option) {
          case "SUBSCRIBED", "CHILDREN", "SPECIAL-USE" -> returned.add(option);
          case "STATUS" -> {
            in.space();
            status = StatusItem.parse(in);
          }
          default -> throw new BadCommand("Unknown return option");
        }
      }
      in.end();
    }
    return new ListCommand(
        ListCommand.Verb.LIST,
        select.contains("SUBSCRIBED"),
        select.contains("RECURSIVEMATCH"),
        select.contains("SPECIAL-USE"),
        joined(in, reference, patterns),
        extended,
        returned.contains("SUBSCRIBED"),
        status);
  }

  private static Set<String> selection(ImapReader in) {
    Set<String> options = new LinkedHashSet<>();
    in.open();
    for (boolean first = true; !in.close(first); first = false) {
      String option = in.word();
      switch (option) {
        case "SUBSCRIBED", "REMOTE", "RECURSIVEMATCH", "SPECIAL-USE" -> options.add(option);
        default -> throw new BadCommand("Unknown selection option");
      }
    }
    in.space();
    if (options.contains("RECURSIVEMATCH") && !options.contains("SUBSCRIBED")) {
      throw new BadCommand("RECURSIVEMATCH needs another selection option");
    }
    return options;
  }

  /** Reference and pattern as given, in Unicode; what no name can match is left out. */
  private static List<String> joined(ImapReader in, String reference, List<String> patterns) {
    List<String> all = new ArrayList<>();
    for (String pattern : patterns) {
      if (pattern.isEmpty()) {
        all.add("");
        continue;
      }
      String decoded = in.decodedPattern(reference + pattern);
      if (decoded != null) {
        all.add(java.text.Normalizer.normalize(decoded, java.text.Normalizer.Form.NFC));
      }
    }
    return all;
  }
}
