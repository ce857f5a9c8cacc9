package org.postroom.imap.command.search;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.postroom.core.mailbox.Flags;
import org.postroom.core.mailbox.Keyword;
import org.postroom.core.mime.EnvelopeText;
import org.postroom.core.mime.Needle;
import org.postroom.imap.protocol.BadCommand;
import org.postroom.imap.protocol.ImapReader;
import org.postroom.imap.protocol.Refused;

/** Reads a search program (RFC 9051, 9: search-key) without recursion beyond the limit of depth. */
final class SearchGrammar {
  private static final int MAX_KEYS = 5000;
  private static final int MAX_DEPTH = 100;

  private final ImapReader in;
  private Charset charset = StandardCharsets.UTF_8;
  private boolean charsetNamed;
  private int keys;
  private int depth;

  private SearchGrammar(ImapReader in) {
    this.in = in;
  }

  static SearchCommand parse(ImapReader in, boolean uid) {
    return new SearchGrammar(in).command(uid);
  }

  private SearchCommand command(boolean uid) {
    in.space();
    Set<String> results = new TreeSet<>();
    if (in.atWord("RETURN")) {
      in.atom();
      in.space();
      in.open();
      for (boolean first = true; !in.close(first); first = false) {
        String result = in.word();
        if (!Set.of("MIN", "MAX", "ALL", "COUNT").contains(result)) {
          throw new BadCommand("Unknown search result " + result);
        }
        results.add(result);
      }
      if (results.isEmpty()) {
        results.add("ALL");
      }
      in.space();
    }
    if (in.atWord("CHARSET")) {
      in.atom();
      in.space();
      charset(in.astringText());
      in.space();
    }
    List<SearchKey> all = new ArrayList<>();
    do {
      all.add(key());
      if (in.atEnd()) {
        break;
      }
    } while (true);
    in.end();
    return new SearchCommand(uid, results, all.size() == 1 ? all.get(0) : new SearchKey.And(all));
  }

  private void charset(String name) {
    if (in.isUtf8()) {
      throw new BadCommand("CHARSET is UTF-8 after ENABLE UTF8=ACCEPT"); // RFC 6855, 3
    }
    try {
      charset = Charset.forName(name);
      charsetNamed = true;
    } catch (IllegalArgumentException e) {
      throw new Refused("BADCHARSET (US-ASCII UTF-8)", "Charset is not supported.");
    }
  }

  private SearchKey key() {
    if (++keys > MAX_KEYS) {
      throw new BadCommand("Too many search keys");
    }
    if (++depth > MAX_DEPTH) {
      throw new BadCommand("Search is too deep");
    }
    SearchKey key = in.at('(') ? group() : in.atSet() ? set(false) : named(in.word());
    depth--;
    return key;
  }

  private SearchKey group() {
    List<SearchKey> all = new ArrayList<>();
    in.open();
    for (boolean first = true; !in.close(first); first = false) {
      all.add(key());
    }
    if (all.isEmpty()) {
      throw new BadCommand("Empty search group");
    }
    return new SearchKey.And(all);
  }

  private SearchKey set(boolean uid) {
    return new SearchKey.In(in.messageSet(), uid);
  }

  private SearchKey named(String name) {
    return switch (name) {
      case "ALL" -> new SearchKey.All();
      case "ANSWERED" -> on(Flags.ANSWERED);
      case "DELETED" -> on(Flags.DELETED);
      case "DRAFT" -> on(Flags.DRAFT);
      case "FLAGGED" -> on(Flags.FLAGGED);
      case "SEEN" -> on(Flags.SEEN);
      case "UNANSWERED" -> off(Flags.ANSWERED);
      case "UNDELETED" -> off(Flags.DELETED);
      case "UNDRAFT" -> off(Flags.DRAFT);
      case "UNFLAGGED" -> off(Flags.FLAGGED);
      case "UNSEEN" -> off(Flags.SEEN);
      case "RECENT" -> new SearchKey.Recent();
      case "OLD" -> new SearchKey.Not(new SearchKey.Recent());
      case "NEW" -> new SearchKey.And(List.of(off(Flags.SEEN), new SearchKey.Recent()));
      default -> withArgument(name);
    };
  }

  private SearchKey withArgument(String name) {
    in.space();
    return switch (name) {
      case "NOT" -> new SearchKey.Not(key());
      case "OR" -> or();
      case "UID" -> set(true);
      case "KEYWORD" -> keyword();
      case "UNKEYWORD" -> new SearchKey.Not(keyword());
      case "LARGER" -> new SearchKey.Size(true, in.number());
      case "SMALLER" -> new SearchKey.Size(false, in.number());
      case "BEFORE" -> new SearchKey.Arrived(day(-1));
      case "ON" -> new SearchKey.Arrived(day(0));
      case "SINCE" -> new SearchKey.Arrived(day(1));
      case "SENTBEFORE" -> new SearchKey.Sent(day(-1));
      case "SENTON" -> new SearchKey.Sent(day(0));
      case "SENTSINCE" -> new SearchKey.Sent(day(1));
      case "SUBJECT", "FROM", "TO", "CC", "BCC" -> field(name);
      case "BODY" -> text(wanted -> new SearchKey.InText(false, wanted));
      case "TEXT" -> text(wanted -> new SearchKey.InText(true, wanted));
      case "HEADER" -> header();
      default -> throw new BadCommand("Unknown search key " + name);
    };
  }

  private SearchKey or() {
    SearchKey one = key();
    in.space();
    return SearchKey.Or.of(one, key());
  }

  private SearchKey header() {
    String field = in.astringText();
    in.space();
    return field(field);
  }

  private SearchKey field(String name) {
    return text(
        wanted -> {
          // An empty text asks whether the field exists; the envelope knows no empty fields.
          Optional<EnvelopeText.Field> known =
              wanted.isEmpty() ? Optional.empty() : EnvelopeText.Field.named(name);
          return known
              .<SearchKey>map(field -> new SearchKey.InEnvelope(field, wanted))
              .orElseGet(() -> new SearchKey.InHeader(name, wanted));
        });
  }

  private SearchKey text(Function<Needle, SearchKey> key) {
    ByteBuffer octets = ByteBuffer.wrap(in.astring());
    try {
      return key.apply(Needle.of(charset.newDecoder().decode(octets).toString()));
    } catch (CharacterCodingException e) {
      if (charsetNamed) {
        return new SearchKey.Not(new SearchKey.All());
      }
      throw new BadCommand("Invalid UTF-8");
    }
  }

  /** No message has a keyword that is too long. */
  private SearchKey keyword() {
    String name = in.atom();
    return name.length() > Keyword.LONGEST
        ? new SearchKey.Not(new SearchKey.All())
        : new SearchKey.HasKeyword(new Keyword(name));
  }

  private SearchKey.Day day(int side) {
    return new SearchKey.Day(side, in.date().toEpochDay());
  }

  private static SearchKey on(long flag) {
    return new SearchKey.HasFlags(flag, 0);
  }

  private static SearchKey off(long flag) {
    return new SearchKey.HasFlags(0, flag);
  }
}
