package org.postroom.core.flow;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postroom.core.arrival.ContentSink;
import org.postroom.core.arrival.StagedContent;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.refusal.StorageFull;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.core.rewrite.HeaderAddresses;
import org.postroom.core.rewrite.HeaderAddresses.Edit;

/**
 * A mail's content on its way to the staging area. The header is held back until it is whole; hops
 * are counted in it, what nobody else may see is dropped from it, addresses are written anew, what
 * is missing is added, and it gets an end where it has none; all the rest goes through untouched.
 * Once something is wrong (too big, no room) the rest is swallowed without being kept.
 *
 * <p>What is written here has line ends of CRLF: its door has seen to that.
 */
public final class ArrivingContent implements AutoCloseable {
  private static final byte[] CRLF = {'\r', '\n'};

  private static final byte[] NOTHING = {};

  /** Turns the separator of an mbox file into a field, as Postfix does. */
  private static final byte[] MAILBOX_LINE = "X-Mailbox-Line: ".getBytes(US_ASCII);

  /** So much of a header is part of the session; what is more is charged to the staging area. */
  private static final int FIRST = 1024;

  private final ContentSink sink;
  private final byte[] stamp;
  private final long maxSize;
  private final int maxHeader;
  private final Set<String> dropped;
  private final @Nullable Missing missing;
  private final HeaderAddresses addresses;
  private byte[] header = new byte[FIRST];
  private int headerLength;
  private boolean withinHeader = true;
  // Where the line begins that is being read, and the header field it belongs to.
  private int lineStart;
  private int fieldStart = -1;
  private final List<Edit> edits = new ArrayList<>(0);
  private int written;
  private boolean beginsWithMailboxLine;
  private boolean hasDate;
  private boolean hasMessageId;
  private boolean hasFrom;
  private String messageId = "";
  private int hops;
  private long size;
  private boolean tooBig;
  private @Nullable RuntimeException fault;

  /**
   * Begins.
   *
   * @param sink where the content goes; closed with this
   * @param stamp what stands in front: the Received header
   * @param maxSize octets, 0 for any
   * @param maxHeader octets within which the header must end to be looked at
   * @param dropped names of fields that are taken out, in lower case
   * @param missing what is added when it is missing; null for nothing
   * @param addresses writes addresses in the header anew
   */
  public ArrivingContent(
      ContentSink sink,
      byte[] stamp,
      long maxSize,
      int maxHeader,
      Set<String> dropped,
      @Nullable Missing missing,
      HeaderAddresses addresses) {
    this.sink = sink;
    this.stamp = stamp;
    this.maxSize = maxSize;
    this.maxHeader = maxHeader;
    this.dropped = dropped;
    this.missing = missing;
    this.addresses = addresses;
  }

  /**
   * The lines to add when a mail lacks them (RFC 6409, 8), without their line ends.
   *
   * @param date {@code Date: …}
   * @param messageId {@code Message-ID: …}
   * @param from {@code From: …}
   */
  public record Missing(String date, String messageId, String from) {

    int length() {
      return date.length() + messageId.length() + from.length() + 3 * CRLF.length;
    }
  }

  /** Where the header ends. */
  private enum End {
    /** Before an empty line, or with the mail. */
    PROPER,
    /** Before a line that is no field, so that an empty one has to come between. */
    NO_FIELD,
    /** Nowhere yet: it is too long to be looked at. */
    UNKNOWN
  }

  /** Takes octets; the array is used again afterwards. */
  public void write(byte[] octets, int offset, int length) {
    size += length;
    if (maxSize > 0 && size > maxSize) {
      tooBig = true;
    }
    if (tooBig || fault != null) {
      return;
    }
    if (!withinHeader) {
      keep(octets, offset, length);
      return;
    }
    int taken = Math.min(ofHeader(octets, offset, length), maxHeader - headerLength);
    int read = headerLength;
    if (!append(octets, offset, taken)) {
      return;
    }
    readHeader(read);
    if (withinHeader && headerLength == maxHeader) {
      endHeader(headerLength, End.UNKNOWN);
    }
    if (taken < length) {
      keep(octets, offset + taken, length - taken);
    }
  }

  /** How many of them may be the header's: those up to an empty line, or all. */
  private static int ofHeader(byte[] octets, int offset, int length) {
    int end = offset + length;
    for (int i = offset + 2; i < end; i++) {
      if (octets[i] == '\n' && octets[i - 1] == '\r' && octets[i - 2] == '\n') {
        return i + 1 - offset;
      }
    }
    return length;
  }

  /** Whether so many octets more can be taken without waiting for a disk. */
  public boolean takesAtOnce(int octets) {
    // A LF alone becomes two octets, and so does what stands behind a CR that was held back.
    boolean asks = withinHeader && !addresses.isQuick();
    return tooBig || fault != null || !asks && sink.takesAtOnce(heldBack() + 2 * octets);
  }

  private int heldBack() {
    if (!withinHeader) {
      return 0;
    }
    int added = missing == null ? 0 : missing.length();
    return stamp.length + headerLength + written + added + MAILBOX_LINE.length + CRLF.length;
  }

  /** How many octets came, whatever became of them. */
  public long size() {
    return size;
  }

  /** Whether more came than may. */
  public boolean tooBig() {
    return tooBig;
  }

  /** What went wrong in keeping it; null when nothing did. */
  public @Nullable RuntimeException fault() {
    return fault;
  }

  /** How many Received and Delivered-To fields its header has. */
  public int hops() {
    return hops;
  }

  /** What its Message-ID field says; empty when there is none. */
  public String messageId() {
    return messageId;
  }

  /** By what addresses in its header were written anew, for people. */
  public List<String> trace() {
    return addresses.trace();
  }

  /** The content is whole. */
  public StagedContent finish() {
    if (withinHeader) {
      endHeader(headerLength, End.PROPER);
    }
    if (fault != null) {
      throw fault;
    }
    return sink.finish();
  }

  @Override
  public void close() {
    sink.close();
  }

  /** Holds back so much more; false when there is no memory for that. */
  private boolean append(byte[] octets, int offset, int length) {
    if (headerLength + length > header.length) {
      int room = Math.min(Math.max(headerLength + length, header.length * 2), maxHeader);
      try {
        sink.holdsBack(room + written);
      } catch (StorageFull e) {
        fault = e;
        withinHeader = false;
        letGo();
        return false;
      }
      header = Arrays.copyOf(header, room);
    }
    System.arraycopy(octets, offset, header, headerLength, length);
    headerLength += length;
    return true;
  }

  /**
   * Reads the lines that are whole by now. Line ends are CRLF: the reader has seen to that.
   *
   * @param read what is before this has no further line end
   */
  private void readHeader(int read) {
    int searched = read;
    while (withinHeader) {
      int end = searched;
      while (end < headerLength && header[end] != '\n') {
        end++;
      }
      if (end == headerLength) {
        return;
      }
      int next = end + 1;
      byte first = header[lineStart];
      if (first == '\r') {
        endHeader(lineStart, End.PROPER);
      } else if (lineStart == 0 && isMailboxLine(end)) {
        beginsWithMailboxLine = true;
      } else if (first != ' ' && first != '\t' || fieldStart < 0) {
        endField(lineStart);
        if (nameEnd(lineStart, end) < 0) {
          endHeader(lineStart, End.NO_FIELD);
        } else {
          fieldStart = lineStart;
        }
      }
      lineStart = next;
      searched = next;
    }
  }

  /** {@code From somebody at some time}, which is no field; quoted or not. */
  private boolean isMailboxLine(int end) {
    int at = 0;
    while (at < end && header[at] == '>') {
      at++;
    }
    return end - at > 5 && new String(header, at, 5, US_ASCII).equals("From ");
  }

  private int nameEnd(int from, int end) {
    int at = from;
    while (at < end && header[at] > ' ' && header[at] < 0x7F && header[at] != ':') {
      at++;
    }
    int name = at;
    while (at < end && (header[at] == ' ' || header[at] == '\t')) {
      at++;
    }
    return name > from && at < end && header[at] == ':' ? name : -1;
  }

  private void endField(int end) {
    if (fieldStart < 0) {
      return;
    }
    int nameEnd = nameEnd(fieldStart, end);
    switch (nameEnd - fieldStart) {
      case 4 -> {
        hasDate |= is("date");
        hasFrom |= is("from");
      }
      case 8 -> hops += is("received") ? 1 : 0;
      case 10 -> {
        if (is("message-id")) {
          hasMessageId = true;
          messageId = value(nameEnd, end);
        }
      }
      case 12 -> hops += is("delivered-to") ? 1 : 0;
      default -> {
        // Nothing to do with it.
      }
    }
    for (String name : dropped) {
      if (name.length() == nameEnd - fieldStart && is(name)) {
        edits.add(new Edit(fieldStart, end, NOTHING));
        fieldStart = -1;
        return;
      }
    }
    rewrite(nameEnd, end);
    fieldStart = -1;
  }

  private void rewrite(int nameEnd, int end) {
    try {
      for (Edit edit : addresses.edits(header, fieldStart, nameEnd, end)) {
        edits.add(edit);
        written += edit.text().length;
      }
      if (written > 0) {
        sink.holdsBack(header.length + written);
      }
    } catch (LookupUnavailable | StorageFull e) {
      fault = e;
    }
  }

  private boolean is(String lowerCaseName) {
    for (int i = 0; i < lowerCaseName.length(); i++) {
      int c = header[fieldStart + i];
      if (c != lowerCaseName.charAt(i) && (c | 0x20) != lowerCaseName.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private String value(int nameEnd, int end) {
    String field = new String(header, nameEnd, end - nameEnd, US_ASCII);
    return field.substring(field.indexOf(':') + 1).strip();
  }

  /** The header ends before {@code end}; what is held back goes on its way. */
  private void endHeader(int end, End how) {
    endField(end);
    withinHeader = false;
    keep(stamp, 0, stamp.length);
    complete();
    if (beginsWithMailboxLine) {
      keep(MAILBOX_LINE, 0, MAILBOX_LINE.length);
    }
    int from = 0;
    for (Edit edit : edits) {
      keep(header, from, edit.start() - from);
      keep(edit.text(), 0, edit.text().length);
      from = edit.end();
    }
    keep(header, from, end - from);
    if (how == End.NO_FIELD) {
      // What follows must not become part of a field, least of all of one that was added here.
      keep(CRLF, 0, CRLF.length);
    }
    keep(header, end, headerLength - end);
    letGo();
  }

  /** Nothing is held back any more, and nothing charged for it. */
  private void letGo() {
    header = new byte[0];
    headerLength = 0;
    edits.clear();
    written = 0;
    sink.holdsBack(0);
  }

  private void complete() {
    if (missing == null) {
      return;
    }
    StringBuilder added = new StringBuilder();
    if (!hasDate) {
      added.append(missing.date()).append("\r\n");
    }
    if (!hasMessageId) {
      added.append(missing.messageId()).append("\r\n");
      messageId = missing.messageId().substring(missing.messageId().indexOf('<'));
    }
    byte[] octets = added.toString().getBytes(UTF_8);
    keep(octets, 0, octets.length);
    if (!hasFrom) {
      keepFrom((missing.from() + "\r\n").getBytes(UTF_8));
    }
  }

  /** The envelope's sender, as it would be written if it had stood there. */
  private void keepFrom(byte[] field) {
    try {
      byte[] edited = addresses.edited(field);
      keep(edited, 0, edited.length);
    } catch (LookupUnavailable e) {
      fault = e;
    }
  }

  private void keep(byte[] octets, int offset, int length) {
    if (fault != null || length == 0) {
      return;
    }
    try {
      sink.write(octets, offset, length);
    } catch (StorageFull | StorageUnavailable e) {
      fault = e;
    }
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%d octets, %d hops", size, hops);
  }
}
