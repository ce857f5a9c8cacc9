package org.postroom.dist.applet.move;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.dist.files.MailFile;
import org.postroom.dist.files.MailTaker;
import org.postroom.dist.operation.MessageOperations.Known;

/** What is written as an mbox is read as the same, or what is lost is said. */
@Timeout(60)
@Tag("seconds")
final class MboxWriterTest {
  private static final long VALIDITY = 4711;

  /** Of which messages are made that are hard to write, most of them none that is well formed. */
  private static final List<String> PIECES =
      List.of(
          "",
          "\r\n",
          "\r\n",
          "\r\n\r\n",
          "From ",
          "From x@y Fri Jul  8 12:08:34 2011",
          ">>From x\r\n",
          ">",
          " ",
          "\t",
          ":",
          "a: b\r\n",
          "Status: RO\r\n",
          "X-UID: 900\r\n",
          "X-IMAPbase: 1 2\r\n",
          "X-Keywords: evil\r\n",
          "Content-Length: 5\r\n",
          "a".repeat(999),
          "a".repeat(1_001),
          "\r",
          "\n",
          "\0",
          "\u0085");

  @TempDir private Path folder;

  private record Read(long uid, Set<String> flags, String text) {}

  private static String message(Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(9); i > 0; i--) {
      text.append(PIECES.get(random.nextInt(PIECES.size())));
    }
    return text.toString();
  }

  private String write(Path file, List<String> messages) throws IOException, Trouble {
    StringWriter said = new StringWriter();
    Report report = new Report(new PrintWriter(said), new PrintWriter(said), () -> 0);
    List<Known> all = new ArrayList<>();
    for (int i = 0; i < messages.size(); i++) {
      all.add(new Known(i + 1, List.of("\\Flagged"), 0, messages.get(i).length()));
    }
    try (MboxWriter writer = new MboxWriter(file, VALIDITY, report)) {
      writer.begin(all, all.size() + 1);
      for (Known one : all) {
        try (MessageWriter message = writer.begin(one, false)) {
          message.write(messages.get((int) one.uid() - 1).getBytes(ISO_8859_1));
          assertThat(message.finish()).isTrue();
        }
      }
      writer.finish();
    }
    return said.toString();
  }

  private static List<Read> read(Path file) throws IOException {
    List<Read> all = new ArrayList<>();
    MailFile.Numbers numbers = MailFile.readAll(file, () -> new Taking(all));
    assertThat(numbers.uidValidity()).isEqualTo(VALIDITY);
    return all;
  }

  private record Taking(List<Read> all, ByteArrayOutputStream octets) implements MailTaker.Message {
    Taking(List<Read> all) {
      this(all, new ByteArrayOutputStream());
    }

    @Override
    public void write(byte[] some, int offset, int length) {
      octets.write(some, offset, length);
    }

    @Override
    public void end(MailTaker.About about) {
      all.add(new Read(about.uid(), about.flags(), octets.toString(ISO_8859_1)));
    }

    @Override
    public void close() {}
  }

  @Test
  void whatIsNotSaidToBeLostComesBack() throws IOException, Trouble {
    Random random = new Random(7);
    for (int round = 0; round < 600; round++) {
      List<String> messages = new ArrayList<>();
      for (int i = 1 + random.nextInt(3); i > 0; i--) {
        messages.add(message(random));
      }
      Path file = folder.resolve("mbox" + round);

      String said = write(file, messages);

      List<Read> all = read(file);
      assertThat(all).as("round %d", round).hasSameSizeAs(messages);
      for (int i = 0; i < all.size(); i++) {
        assertThat(all.get(i).uid()).as("round %d", round).isEqualTo(i + 1);
        assertThat(all.get(i).flags()).as("round %d", round).containsExactly("\\Flagged");
        if (!said.contains(" UID " + (i + 1) + ":")) {
          assertThat(all.get(i).text()).as("round %d", round).isEqualTo(messages.get(i));
        }
      }
    }
  }
}
