package org.postroom.dist.applet.postmap;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.postroom.core.mime.MimePart;
import org.postroom.core.mime.StructureScanner;

/**
 * The keys that header_checks(5) and body_checks(5) would look up for a mail: each field, with line
 * ends where it is folded, and each line behind.
 *
 * @param header whether fields are keys
 * @param body whether the lines behind are
 * @param mime whether parts, and mails within the mail, have headers, too; else they are body
 */
record MessageKeys(boolean header, boolean body, boolean mime) {

  /** Where a header lies. */
  private record Range(long from, long to) {
    boolean holds(long offset) {
      return from <= offset && offset < to;
    }
  }

  /** Hands over the keys, in their order, as ISO-8859-1 has their octets. */
  void of(byte[] mail, Consumer<String> keys) {
    StructureScanner scanner = new StructureScanner();
    scanner.update(mail, 0, mail.length);
    List<Range> headers = new ArrayList<>();
    add(scanner.finish().root(), headers);

    StringBuilder field = new StringBuilder();
    int at = 0;
    while (at < mail.length) {
      int end = at;
      while (end < mail.length && mail[end] != '\n') {
        end++;
      }
      int length = end - at - (end > at && mail[end - 1] == '\r' ? 1 : 0);
      String line = new String(mail, at, length, ISO_8859_1);
      long offset = at;
      boolean isHeader = headers.stream().anyMatch(range -> range.holds(offset));
      boolean isFolded = line.startsWith(" ") || line.startsWith("\t");
      if (!isHeader || !isFolded || field.isEmpty()) {
        flush(field, keys);
      }
      if (!isHeader) {
        if (body && !line.isEmpty()) {
          keys.accept(line);
        }
      } else if (header && !line.isEmpty()) {
        field.append(field.isEmpty() ? "" : "\n").append(line);
      }
      at = end + 1;
    }
    flush(field, keys);
  }

  private static void flush(StringBuilder field, Consumer<String> keys) {
    if (!field.isEmpty()) {
      keys.accept(field.toString());
      field.setLength(0);
    }
  }

  private void add(MimePart part, List<Range> headers) {
    headers.add(new Range(part.headerOffset(), part.bodyOffset()));
    if (mime) {
      part.children().forEach(child -> add(child, headers));
      part.embedded().ifPresent(inner -> add(inner.root(), headers));
    }
  }
}
