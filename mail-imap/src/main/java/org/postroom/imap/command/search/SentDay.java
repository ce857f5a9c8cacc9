package org.postroom.imap.command.search;

import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postroom.core.mime.MessageEnvelope;

/** The day in a Date field, without looking at its time or zone. */
final class SentDay implements MessageEnvelope.Visitor {
  private static final String MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec";

  private boolean first = true;
  private @Nullable String date;

  private SentDay() {}

  static Optional<LocalDate> of(MessageEnvelope envelope) {
    SentDay visitor = new SentDay();
    envelope.accept(visitor);
    String text = visitor.date;
    return text == null ? Optional.empty() : parse(text);
  }

  static Optional<LocalDate> parse(String text) {
    int comma = text.indexOf(',');
    String[] words = text.substring(comma + 1).strip().split("[ \\t]+", 4);
    if (words.length < 3 || words[1].length() < 3) {
      return Optional.empty();
    }
    int month = MONTHS.indexOf(words[1].substring(0, 3).toLowerCase(Locale.ROOT));
    try {
      int year = Integer.parseInt(words[2]);
      year += year < 50 ? 2000 : year < 1000 ? 1900 : 0;
      return month < 0 || month % 3 != 0
          ? Optional.empty()
          : Optional.of(LocalDate.of(year, month / 3 + 1, Integer.parseInt(words[0])));
    } catch (NumberFormatException | java.time.DateTimeException e) {
      return Optional.empty();
    }
  }

  @Override
  public void nil() {
    first = false;
  }

  @Override
  public void string(byte[] octets, int offset, int length, MessageEnvelope.Kind kind) {
    if (first) {
      date = new String(octets, offset, length, StandardCharsets.ISO_8859_1);
    }
    first = false;
  }

  @Override
  public void beginList() {}

  @Override
  public void endList() {}

  @Override
  public void beginAddress() {}

  @Override
  public void endAddress() {}
}
