package org.postroom.dist.program;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.address.Address;
import org.postroom.core.flow.DeliveredTo;
import org.postroom.core.mail.Content;

/** The octets that programs and files get. */
final class MailCopyTest {

  private static String written(
      String content, Optional<String> postmark, List<String> fields, String eol, String forms)
      throws IOException {
    Set<MailCopy.Form> all = EnumSet.noneOf(MailCopy.Form.class);
    if (forms.contains("B")) {
      all.add(MailCopy.Form.BLANK_LINE);
    }
    if (forms.contains(".")) {
      all.add(MailCopy.Form.DOTS);
    }
    if (forms.contains(">")) {
      all.add(MailCopy.Form.QUOTED_FROM);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new MailCopy(Content.of(content.getBytes(UTF_8)), postmark, fields, eol, all).writeTo(out);
    return out.toString(UTF_8);
  }

  private static String unescaped(String text) {
    return text.replace("\\r", "\r").replace("\\n", "\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a\\r\\nb\\r\\n       | ''  | a\\nb\\n",
        "a\\r\\n\\r\\nb       | ''  | a\\n\\nb\\n",
        "a\\nb\\rc\\r\\rd\\r\\n | '' | a\\nb\\rc\\r\\rd\\n",
        "a\\r                 | ''  | a\\r\\n",
        "''                   | ''  | ''",
        "''                   | B   | \\n",
        "a\\r\\n              | B   | a\\n\\n",
        ".\\r\\n..a\\r\\nb.\\r\\n | .  | ..\\n...a\\nb.\\n",
        ".\\r\\n              | ''  | .\\n",
        "From a\\r\\nFrom\\r\\nFro m\\r\\n From b\\r\\n | > | >From a\\nFrom\\nFro m\\n From b\\n",
        "xFrom a\\r\\nFrom    | >   | xFrom a\\nFrom\\n",
        "From a\\r\\n         | ''  | From a\\n",
        "F\\r\\n.From \\r\\nFrom .\\r\\n | .>B | F\\n..From \\n>From .\\n\\n",
      })
  void haveLinesOfTheirOwn(String content, String forms, String expected) throws IOException {
    assertThat(written(unescaped(content), Optional.empty(), List.of(), "\n", forms))
        .isEqualTo(unescaped(expected));
  }

  @Test
  void areTheSameHoweverTheyAreRead() throws IOException {
    String content = "From x\r\n.\r\n".repeat(20_000) + "end";

    assertThat(written(content, Optional.empty(), List.of(), "\r\n", ".>"))
        .isEqualTo(">From x\r\n..\r\n".repeat(20_000) + "end\r\n");
  }

  @Test
  void beginWithWhatIsPutBefore() throws IOException {
    assertThat(
            written(
                "Subject: x\r\n\r\n",
                Optional.of("From eve@example.com  Sun Nov 29 14:00:00 2026"),
                List.of("Return-Path: <eve@example.com>", "Delivered-To: ada@example.org"),
                ";",
                ""))
        .isEqualTo(
            "From eve@example.com  Sun Nov 29 14:00:00 2026;Return-Path: <eve@example.com>;"
                + "Delivered-To: ada@example.org;Subject: x;;");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Delivered-To: ada@example.org\\r\\n\\r\\n                | true",
        "Received: x\\r\\ndelivered-to:ADA@EXAMPLE.ORG \\r\\n\\r\\n | true",
        "Subject: x\\r\\nDelivered-To: ada@example.org            | true",
        "Delivered-To: bob@example.org\\r\\n\\r\\n                | false",
        "X-Delivered-To: ada@example.org\\r\\n\\r\\n              | false",
        "Subject: x\\r\\n\\r\\nDelivered-To: ada@example.org\\r\\n | false",
        "''                                                       | false",
      })
  void knowWhereTheyHaveBeen(String content, boolean was) {
    assertThat(
            DeliveredTo.has(
                Content.of(unescaped(content).getBytes(UTF_8)), Address.parse("ada@example.org")))
        .isEqualTo(was);
  }
}
