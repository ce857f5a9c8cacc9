package org.postroom.core.rewrite;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.postroom.core.address.Address;
import org.postroom.core.address.MalformedAddress;
import org.postroom.core.address.WrittenAddress;
import org.postroom.core.arrival.TailContent;
import org.postroom.core.mail.Content;

/**
 * Writes addresses in header fields anew. Of a field only the addresses change that stand for
 * others; folding, comments and names stay to the octet, and a malformed field stays whole.
 */
public final class HeaderAddresses {

  /** No longer than this does a line become by an address that is written into it. */
  private static final int LINE = 990;

  private static final byte[] FOLD = {'\r', '\n', ' '};

  private static final Map<String, AddressUse> FIELDS =
      Map.ofEntries(
          Map.entry("from", AddressUse.HEADER_SENDER),
          Map.entry("sender", AddressUse.HEADER_SENDER),
          Map.entry("reply-to", AddressUse.HEADER_SENDER),
          Map.entry("errors-to", AddressUse.HEADER_SENDER),
          Map.entry("return-receipt-to", AddressUse.HEADER_SENDER),
          Map.entry("disposition-notification-to", AddressUse.HEADER_SENDER),
          Map.entry("mail-followup-to", AddressUse.HEADER_SENDER),
          Map.entry("resent-from", AddressUse.HEADER_SENDER),
          Map.entry("resent-sender", AddressUse.HEADER_SENDER),
          Map.entry("to", AddressUse.HEADER_RECIPIENT),
          Map.entry("cc", AddressUse.HEADER_RECIPIENT),
          Map.entry("bcc", AddressUse.HEADER_RECIPIENT),
          Map.entry("apparently-to", AddressUse.HEADER_RECIPIENT),
          Map.entry("resent-to", AddressUse.HEADER_RECIPIENT),
          Map.entry("resent-cc", AddressUse.HEADER_RECIPIENT),
          Map.entry("resent-bcc", AddressUse.HEADER_RECIPIENT),
          Map.entry("resent-reply-to", AddressUse.HEADER_RECIPIENT));

  /** Leaves all as it is. */
  public static final HeaderAddresses UNTOUCHED =
      new HeaderAddresses((written, use) -> Optional.empty(), 0, true, List.of());

  /** Says what stands in the place of an address. */
  interface Rule {

    /**
     * Empty where it stays as it is written.
     *
     * @throws org.postroom.core.refusal.LookupUnavailable when that cannot be said now
     */
    Optional<Address> rewritten(WrittenAddress written, AddressUse use);
  }

  private final Rule rule;
  private final int mostTokens;
  private final boolean quick;
  private final List<String> trace;

  HeaderAddresses(Rule rule, int mostTokens, boolean quick, List<String> trace) {
    this.rule = rule;
    this.mostTokens = mostTokens;
    this.quick = quick;
    this.trace = trace;
  }

  /**
   * Has {@code rule} say what stands in an address's place, whosever it is; what it says of one
   * that is none is not heard.
   *
   * @param mostTokens a field with more words and signs stays as it is
   */
  public static HeaderAddresses of(Function<WrittenAddress, Address> rule, int mostTokens) {
    return new HeaderAddresses(
        (written, use) -> {
          try {
            Address other = rule.apply(written);
            return written.is(other) ? Optional.empty() : Optional.of(other);
          } catch (MalformedAddress e) {
            return Optional.empty();
          }
        },
        mostTokens,
        false,
        List.of());
  }

  /**
   * The addresses in the body of a field, or in any list that is written like one (RFC 5322, 3.4).
   *
   * @return empty for what is no list
   */
  public static Optional<List<WrittenAddress>> addresses(byte[] list) {
    return AddressField.addresses(list);
  }

  /** A change to a field: some octets go, and others come in their place. */
  public static final class Edit {
    private final int start;
    private final int end;
    private final byte[] text;

    /**
     * One.
     *
     * @param start the first octet that goes
     * @param end behind the last one
     * @param text what comes in their place; not copied
     */
    public Edit(int start, int end, byte[] text) {
      this.start = start;
      this.end = end;
      this.text = text;
    }

    public int start() {
      return start;
    }

    public int end() {
      return end;
    }

    /** Not to be changed. */
    public byte[] text() {
      return text;
    }
  }

  /** The steps that have been made, for people; not all where there were many. */
  public List<String> trace() {
    return List.copyOf(trace);
  }

  /** Whether nothing is looked up for it that takes longer than memory does. */
  public boolean isQuick() {
    return quick;
  }

  /**
   * What changes in a field.
   *
   * @param start where it begins
   * @param nameEnd behind its name
   * @param end behind it
   * @throws org.postroom.core.refusal.LookupUnavailable when a table has no answer now
   */
  public List<Edit> edits(byte[] octets, int start, int nameEnd, int end) {
    if (this == UNTOUCHED || nameEnd - start > "disposition-notification-to".length()) {
      return List.of();
    }
    String name = new String(octets, start, nameEnd - start, US_ASCII);
    AddressUse use = FIELDS.get(name.toLowerCase(Locale.ROOT));
    if (use == null) {
      return List.of();
    }
    int colon = nameEnd;
    while (octets[colon] != ':') {
      colon++;
    }
    List<Edit> edits = new ArrayList<>(2);
    int line = start;
    int grown = 0;
    int seen = start;
    for (AddressField.Place place : AddressField.places(octets, colon + 1, end, mostTokens)) {
      for (; seen < place.start(); seen++) {
        if (octets[seen] == '\n') {
          line = seen + 1;
          grown = 0;
        }
      }
      Optional<Address> other = rule.rewritten(place.address(), use);
      if (other.isPresent() && !place.address().is(other.get())) {
        byte[] text = other.get().toString().getBytes(UTF_8);
        if (place.start() - line + grown + text.length > LINE) {
          byte[] folded = new byte[FOLD.length + text.length];
          System.arraycopy(FOLD, 0, folded, 0, FOLD.length);
          System.arraycopy(text, 0, folded, FOLD.length, text.length);
          text = folded;
          line = place.start();
          grown = 1 - FOLD.length;
        }
        grown += text.length - (place.end() - place.start());
        edits.add(new Edit(place.start(), place.end(), text));
      }
    }
    return edits;
  }

  /** A field, or a header, without the empty line behind it, with all changes. */
  public byte[] edited(byte[] header) {
    List<Edit> edits = new ArrayList<>();
    int start = 0;
    while (start < header.length) {
      int end = fieldEnd(header, start);
      int nameEnd = nameEnd(header, start, end);
      if (nameEnd > start) {
        edits.addAll(edits(header, start, nameEnd, end));
      }
      start = end;
    }
    if (edits.isEmpty()) {
      return header;
    }
    ByteArrayOutputStream edited = new ByteArrayOutputStream(header.length + 64);
    int from = 0;
    for (Edit edit : edits) {
      edited.write(header, from, edit.start() - from);
      edited.writeBytes(edit.text());
      from = edit.end();
    }
    edited.write(header, from, header.length - from);
    return edited.toByteArray();
  }

  /**
   * A mail with all changes in its header.
   *
   * @param most octets within which the header must end; in a longer one nothing changes
   */
  public Content edited(Content content, int most) {
    byte[] first = new byte[(int) Math.min(content.size(), most)];
    ByteBuffer read = ByteBuffer.wrap(first);
    while (read.hasRemaining() && content.read(read.position(), read) > 0) {
      // More to come.
    }
    int end = headerEnd(first, content.size() <= most);
    if (end < 0) {
      return content;
    }
    byte[] header = Arrays.copyOf(first, end);
    byte[] edited = edited(header);
    return edited == header
        ? content
        : Content.concat(Content.of(edited), new TailContent(content, end));
  }

  /** Before the empty line; -1 where there is none. */
  private static int headerEnd(byte[] octets, boolean whole) {
    int line = 0;
    for (int i = 0; i < octets.length; i++) {
      if (octets[i] == '\n') {
        if (i == line || i == line + 1 && octets[line] == '\r') {
          return line;
        }
        line = i + 1;
      }
    }
    return whole ? octets.length : -1;
  }

  /** Behind the lines of the field that begins at {@code start}. */
  private static int fieldEnd(byte[] octets, int start) {
    int at = start;
    do {
      while (at < octets.length && octets[at] != '\n') {
        at++;
      }
      at = Math.min(at + 1, octets.length);
    } while (at < octets.length && (octets[at] == ' ' || octets[at] == '\t'));
    return at;
  }

  private static int nameEnd(byte[] octets, int start, int end) {
    int at = start;
    while (at < end && octets[at] > ' ' && octets[at] < 0x7F && octets[at] != ':') {
      at++;
    }
    int name = at;
    while (at < end && (octets[at] == ' ' || octets[at] == '\t')) {
      at++;
    }
    return at < end && octets[at] == ':' ? name : -1;
  }
}
