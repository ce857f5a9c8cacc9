package org.postroom.smtp.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.postroom.core.mail.ContentSink;
import org.postroom.core.mail.StagedContent;
import org.postroom.core.mail.StorageFull;
import org.postroom.core.mail.StorageUnavailable;
import org.postroom.smtp.protocol.DataReader;

/**
 * Takes a mail's content on its way to the staging area. Holds the header back until it is whole,
 * counts hops in it and, where users hand in mail, adds what is missing; all the rest goes through
 * untouched. Once something is wrong (too big, no room) the rest is swallowed without being kept.
 */
final class ContentIntake implements DataReader.Target, AutoCloseable {
  private static final byte[] CRLF = {'\r', '\n'};

  /** So much of a header is part of the session; what is more is charged to the staging area. */
  private static final int FIRST = 1024;

  private final ContentSink sink;
  private final byte[] stamp;
  private final long maxSize;
  private final int maxHeader;
  private final @Nullable Completion completion;
  private byte[] header = new byte[FIRST];
  private int headerLength;
  private boolean withinHeader = true;
  // Where the line begins that is being read, and the header field it belongs to.
  private int lineStart;
  private int fieldStart = -1;
  private final List<int[]> removals = new ArrayList<>(0);
  private boolean hasDate;
  private boolean hasMessageId;
  private boolean hasFrom;
  private String messageId = "";
  private int hops;
  private long size;
  private boolean tooBig;
  private @Nullable RuntimeException fault;

  /**
   * Begins an intake.
   *
   * @param sink where the content goes; closed with this
   * @param stamp what stands in front: the Received header
   * @param maxSize octets, 0 for any
   * @param maxHeader octets within which the header must end to be looked at
   * @param completion what is added when it is missing; null for nothing, and Bcc stays
   */
  ContentIntake(
      ContentSink sink,
      byte[] stamp,
      long maxSize,
      int maxHeader,
      @Nullable Completion completion) {
    this.sink = sink;
    this.stamp = stamp;
    this.maxSize = maxSize;
    this.maxHeader = maxHeader;
    this.completion = completion;
  }

  /**
   * The lines to add when a mail lacks them (RFC 6409, 8), without their line ends.
   *
   * @param date {@code Date: …}
   * @param messageId {@code Message-ID: …}
   * @param from {@code From: …}
   */
  record Completion(String date, String messageId, String from) {

    int length() {
      return date.length() + messageId.length() + from.length() + 4 * CRLF.length;
    }
  }

  @Override
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
    int taken = Math.min(length, maxHeader - headerLength);
    int read = headerLength;
    if (!append(octets, offset, taken)) {
      return;
    }
    readHeader(read);
    if (withinHeader && headerLength == maxHeader) {
      endHeader(headerLength, false);
    }
    if (taken < length) {
      keep(octets, offset + taken, length - taken);
    }
  }

  /** Whether so many octets more can be taken without waiting for a disk. */
  boolean takesAtOnce(int octets) {
    // A LF alone becomes two octets, and so does what stands behind a CR that was held back.
    return tooBig || fault != null || sink.takesAtOnce(heldBack() + 2 * octets);
  }

  private int heldBack() {
    if (!withinHeader) {
      return 0;
    }
    int added = completion == null ? 0 : completion.length();
    return stamp.length + headerLength + added;
  }

  /** How many octets came, whatever became of them. */
  long size() {
    return size;
  }

  /** Whether more came than may. */
  boolean tooBig() {
    return tooBig;
  }

  /** What went wrong in keeping it; null when nothing did. */
  @Nullable RuntimeException fault() {
    return fault;
  }

  /** How many Received and Delivered-To fields its header has. */
  int hops() {
    return hops;
  }

  /** What its Message-ID field says; empty when there is none. */
  String messageId() {
    return messageId;
  }

  /** The content is whole. */
  StagedContent finish() {
    if (withinHeader) {
      endHeader(headerLength, true);
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
        sink.holdsBack(room);
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
        endHeader(lineStart, true);
      } else if (first != ' ' && first != '\t' || fieldStart < 0) {
        endField(lineStart);
        if (nameEnd(lineStart, end) < 0) {
          endHeader(lineStart, false);
        } else {
          fieldStart = lineStart;
        }
      }
      lineStart = next;
      searched = next;
    }
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
      case 3 -> {
        if (completion != null && is("bcc")) {
          removals.add(new int[] {fieldStart, end});
        }
      }
      case 4 -> {
        hasDate |= is("date");
        hasFrom |= is("from");
      }
      case 8 -> hops += is("received") ? 1 : 0;
      case 10 -> {
        if (is("message-id")) {
          hasMessageId = true;
          messageId = value(nameEnd, end);
        } else if (completion != null && is("resent-bcc")) {
          removals.add(new int[] {fieldStart, end});
        }
      }
      case 12 -> hops += is("delivered-to") ? 1 : 0;
      default -> {
        // Nothing to do with it.
      }
    }
    fieldStart = -1;
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

  /**
   * The header ends before {@code end}; what is held back goes on its way.
   *
   * @param proper whether an empty line or the mail's end follows
   */
  private void endHeader(int end, boolean proper) {
    endField(end);
    withinHeader = false;
    keep(stamp, 0, stamp.length);
    boolean completed = complete();
    int from = 0;
    for (int[] removal : removals) {
      keep(header, from, removal[0] - from);
      from = removal[1];
    }
    keep(header, from, end - from);
    if (completed && !proper) {
      // What follows is no header, and must not become part of the one just added.
      keep(CRLF, 0, CRLF.length);
    }
    keep(header, end, headerLength - end);
    letGo();
  }

  /** Nothing is held back any more, and nothing charged for it. */
  private void letGo() {
    header = new byte[0];
    headerLength = 0;
    sink.holdsBack(0);
  }

  private boolean complete() {
    if (completion == null) {
      return false;
    }
    StringBuilder added = new StringBuilder();
    if (!hasDate) {
      added.append(completion.date()).append("\r\n");
    }
    if (!hasMessageId) {
      added.append(completion.messageId()).append("\r\n");
      messageId = completion.messageId().substring(completion.messageId().indexOf('<'));
    }
    if (!hasFrom) {
      added.append(completion.from()).append("\r\n");
    }
    byte[] octets = added.toString().getBytes(UTF_8);
    keep(octets, 0, octets.length);
    return octets.length > 0;
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
