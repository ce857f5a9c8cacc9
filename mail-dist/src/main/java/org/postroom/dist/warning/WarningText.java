package org.postroom.dist.warning;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.postroom.core.config.Settings;
import org.postroom.core.quota.QuotaParams;
import org.postroom.core.quota.QuotaPassed;
import org.postroom.core.quota.QuotaUse;
import org.postroom.core.report.BadConfiguration;
import org.postroom.core.trouble.Reason;

/** What a warning says: a header, an empty line and a text, with names for what is filled in. */
final class WarningText {
  private static final int LONGEST = 64 * 1024;
  private static final String USUAL =
      """
      From: Mail system <postmaster>
      To: $login
      Subject: Your mailbox is $percent% full
      Auto-Submitted: auto-generated
      MIME-Version: 1.0
      Content-Type: text/plain; charset=utf-8

      Your mailbox $login holds $used, of $limit that it may hold.

      When it is full, no more mail is taken for it. Please delete what you do not
      need any more, and empty your trash.
      """;

  private final String template;

  private WarningText(String template) {
    this.template = template;
  }

  /**
   * As settings have it.
   *
   * @throws BadConfiguration when the file is none
   */
  static WarningText of(Settings settings) {
    Optional<Path> file = settings.get(QuotaParams.WARNING_TEMPLATE);
    if (file.isEmpty()) {
      return new WarningText(USUAL);
    }
    try (InputStream in = Files.newInputStream(file.get())) {
      byte[] octets = in.readNBytes(LONGEST + 1);
      String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(octets)).toString();
      if (octets.length > LONGEST) {
        throw bad(settings, "it has more than " + LONGEST + " octets");
      }
      if (!text.matches("(?s)[!-9;-~]+:.*\\n\\r?\\n.*")) {
        throw bad(settings, "expected header fields, an empty line and a text");
      }
      return new WarningText(text);
    } catch (CharacterCodingException e) {
      throw bad(settings, "it is not in UTF-8");
    } catch (IOException e) {
      throw bad(settings, "it cannot be read: " + Reason.text(e));
    }
  }

  private static BadConfiguration bad(Settings settings, String why) {
    return new BadConfiguration(settings.fault(QuotaParams.WARNING_TEMPLATE, why));
  }

  /** Filled in, with CRLF at each end of a line. */
  byte[] of(QuotaPassed passed) {
    QuotaUse use = passed.use();
    boolean messages = passed.warning().messages();
    long percent =
        messages
            ? percent(use.messages(), use.limit().messages())
            : percent(use.octets(), use.limit().octets());
    String text =
        template
            .replace("$login", passed.login())
            .replace("$percent", Long.toString(percent))
            .replace("$used", messages ? count(use.messages()) : size(use.octets()))
            .replace(
                "$limit", messages ? count(use.limit().messages()) : size(use.limit().octets()));
    return text.replace("\r\n", "\n").replace("\n", "\r\n").getBytes(UTF_8);
  }

  private static long percent(long held, long limit) {
    return limit <= 0 ? 0 : (long) (held * 100.0 / limit);
  }

  private static String count(long messages) {
    return messages <= 0 ? "any number of messages" : messages + " messages";
  }

  private static String size(long octets) {
    if (octets < 0) {
      return "any size";
    }
    return octets >= 10L << 20
        ? (octets >> 20) + " MB"
        : octets >= 10L << 10 ? (octets >> 10) + " KB" : octets + " bytes";
  }
}
