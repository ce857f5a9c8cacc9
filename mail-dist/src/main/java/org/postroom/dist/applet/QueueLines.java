package org.postroom.dist.applet;

import java.io.PrintWriter;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.postroom.dist.assembly.AskedServer;
import org.postroom.dist.operation.QueueOperations;
import org.postroom.dist.operation.QueueOperations.Asked;
import org.postroom.dist.operation.QueueOperations.Waiting;
import org.postroom.dist.operation.QueueOperations.WaitingMail;
import org.postroom.dist.operation.QueueOperations.WaitingRecipient;

/**
 * What is in the queue as Postfix's {@code postqueue -j} has it: each mail an object of JSON on a
 * line of its own, with members in the order and the blanks that programs know. A line is begun and
 * ended as its pages come.
 */
final class QueueLines {
  private final PrintWriter out;

  /** The mail whose line is not ended. */
  private String id = "";

  QueueLines(PrintWriter out) {
    this.out = out;
  }

  /** Prints the whole queue of a server. */
  static void print(AskedServer server, PrintWriter out) {
    QueueLines lines = new QueueLines(out);
    server.ask(
        QueueOperations.LIST,
        Asked.LEFT_AND_ALL,
        page -> {
          lines.add(page);
          return out.checkError() ? Optional.empty() : Asked.LEFT_AND_ALL.behind(page);
        });
    lines.end();
  }

  /** Prints a page. */
  void add(Waiting page) {
    page.mails().forEach(this::add);
  }

  /** Ends the last line. */
  void end() {
    if (!id.isEmpty()) {
      out.print("]}\n");
    }
    out.flush();
  }

  private void add(WaitingMail mail) {
    boolean more = mail.id().equals(id);
    if (!more) {
      end();
      id = mail.id();
      out.print(
          "{\"queue_name\": "
              + quoted(mail.queue())
              + ", \"queue_id\": "
              + quoted(mail.id())
              + ", \"arrival_time\": "
              + Instant.parse(mail.arrived()).getEpochSecond()
              + ", \"message_size\": "
              + mail.size()
              + ", \"forced_expire\": "
              + mail.expires()
              + ", \"sender\": "
              + quoted(mail.sender().isEmpty() ? "MAILER-DAEMON" : mail.sender())
              + ", \"recipients\": [");
    }
    for (WaitingRecipient recipient : mail.recipients()) {
      out.print((more ? ", " : "") + shown(recipient));
      more = true;
    }
  }

  private static String shown(WaitingRecipient recipient) {
    String original =
        recipient
            .original()
            .map(name -> name.substring(name.indexOf(';') + 1))
            .orElse(recipient.address());
    return "{\"orig_address\": "
        + quoted(original)
        + ", \"address\": "
        + quoted(recipient.address())
        + (recipient.reason().isEmpty() ? "" : ", \"delay_reason\": " + quoted(recipient.reason()))
        + "}";
  }

  /** RFC 8259, 7. */
  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> quoted.append("\\\"");
        case '\\' -> quoted.append("\\\\");
        case '\b' -> quoted.append("\\b");
        case '\f' -> quoted.append("\\f");
        case '\n' -> quoted.append("\\n");
        case '\r' -> quoted.append("\\r");
        case '\t' -> quoted.append("\\t");
        default -> {
          if (c < ' ' || c == 0x7F) {
            quoted.append(String.format(Locale.ROOT, "\\u%04X", (int) c));
          } else {
            quoted.append(c);
          }
        }
      }
    }
    return quoted.append('"').toString();
  }
}
