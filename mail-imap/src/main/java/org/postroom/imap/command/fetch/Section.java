package org.postroom.imap.command.fetch;

import java.util.ArrayList;
import java.util.List;
import org.postroom.imap.protocol.BadCommand;
import org.postroom.imap.protocol.ImapReader;

/**
 * What stands in {@code BODY[...]}: part numbers, then what of the part (RFC 9051, 6.4.5.1).
 *
 * @param part numbers, or empty for the message
 * @param fields of HEADER.FIELDS, as the client wrote them
 */
record Section(List<Integer> part, Text text, List<String> fields) {

  /** What of the part or message. */
  enum Text {
    ALL(""),
    HEADER("HEADER"),
    HEADER_FIELDS("HEADER.FIELDS"),
    HEADER_FIELDS_NOT("HEADER.FIELDS.NOT"),
    TEXT("TEXT"),
    MIME("MIME");

    final String name;

    Text(String name) {
      this.name = name;
    }
  }

  static final Section WHOLE = new Section(List.of(), Text.ALL, List.of());
  static final Section HEADER = new Section(List.of(), Text.HEADER, List.of());
  static final Section BODY_TEXT = new Section(List.of(), Text.TEXT, List.of());

  Section {
    part = List.copyOf(part);
    fields = List.copyOf(fields);
  }

  /** Reads what stands behind {@code [}, and {@code ]} too. */
  static Section parse(ImapReader in) {
    List<Integer> part = new ArrayList<>();
    while (in.atDigit()) {
      long number = in.number();
      if (number < 1 || number > 999_999_999 || part.size() >= 100) {
        throw new BadCommand("Invalid part number");
      }
      part.add((int) number);
      if (!in.take('.')) {
        in.expect(']');
        return new Section(part, Text.ALL, List.of());
      }
    }
    if (in.take(']')) {
      if (!part.isEmpty()) {
        throw new BadCommand("Invalid section");
      }
      return WHOLE;
    }
    Text text = text(in.name());
    if (text == Text.MIME && part.isEmpty()) {
      throw new BadCommand("MIME needs a part number");
    }
    List<String> fields = new ArrayList<>();
    if (text == Text.HEADER_FIELDS || text == Text.HEADER_FIELDS_NOT) {
      in.space();
      in.open();
      for (boolean first = true; !in.close(first); first = false) {
        fields.add(in.astringText());
      }
      if (fields.isEmpty()) {
        throw new BadCommand("No field names");
      }
    }
    in.expect(']');
    return new Section(part, text, fields);
  }

  private static Text text(String name) {
    for (Text text : Text.values()) {
      if (text != Text.ALL && text.name.equals(name)) {
        return text;
      }
    }
    throw new BadCommand("Unknown section " + name);
  }

  /** As an answer repeats it: keyword in upper case, field names as they came. */
  String echo(java.util.function.UnaryOperator<String> astring) {
    StringBuilder echo = new StringBuilder("[");
    for (int number : part) {
      echo.append(echo.length() > 1 ? "." : "").append(number);
    }
    echo.append(!part.isEmpty() && text != Text.ALL ? "." : "").append(text.name);
    if (!fields.isEmpty()) {
      echo.append(" (");
      for (int i = 0; i < fields.size(); i++) {
        echo.append(i > 0 ? " " : "").append(astring.apply(fields.get(i)));
      }
      echo.append(')');
    }
    return echo.append(']').toString();
  }

  int[] numbers() {
    return part.stream().mapToInt(Integer::intValue).toArray();
  }
}
