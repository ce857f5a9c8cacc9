package org.postroom.dist.applet.mqueue;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.postroom.dist.applet.move.CrLfStream;
import org.postroom.dist.operation.QueueOperations.WaitingMail;
import org.postroom.dist.operation.QueueOperations.WaitingRecipient;

/**
 * A mail in sendmail's queue: {@code qfID}, what is known of it and its header, and {@code dfID},
 * its body, beside it or in the folder {@code df} beside its own.
 */
public final class QueuePair {
  private static final Pattern NAME = Pattern.compile("qf[A-Za-z0-9]{1,20}");

  private final String id;
  private final Path body;
  private final ControlFile known;

  private QueuePair(String id, Path body, ControlFile known) {
    this.id = id;
    this.body = body;
    this.known = known;
  }

  /** Whether a file is called as the first of such a pair. */
  public static boolean isOne(Path file) {
    return NAME.matcher(String.valueOf(file.getFileName())).matches();
  }

  /**
   * The pair to which a control file belongs.
   *
   * @throws BadQueueFile where that is none, or the other is not there
   */
  public static QueuePair of(Path control) throws IOException, BadQueueFile {
    String id = String.valueOf(control.getFileName()).substring(2);
    String name = "df" + id;
    Path beside = control.resolveSibling(name);
    Path folder = control.toAbsolutePath().getParent();
    Path other =
        folder == null || Files.exists(beside, LinkOption.NOFOLLOW_LINKS)
            ? beside
            : folder.resolveSibling("df").resolve(name);
    if (!Files.isRegularFile(other, LinkOption.NOFOLLOW_LINKS)) {
      throw new BadQueueFile(control, "there is no " + name);
    }
    return new QueuePair(id, other, ControlFile.read(control));
  }

  /** What is known of it, as our own queue has it: parked. */
  public WaitingMail mail() throws IOException {
    long size = 0;
    boolean isEightBit = false;
    try (InputStream in = content()) {
      byte[] chunk = new byte[64 * 1024];
      for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
        size += count;
        for (int i = 0; i < count; i++) {
          isEightBit |= chunk[i] < 0;
        }
      }
    }
    return new WaitingMail(
        id,
        "hold",
        known.created().toString(),
        size,
        known.sender(),
        isEightBit ? "8BITMIME" : known.body().orElse("7BIT"),
        !isAscii(),
        known.envelopeId(),
        known.headersOnly() ? Optional.of("HDRS") : Optional.empty(),
        Optional.of(false),
        Optional.of(known.origin()),
        Optional.empty(),
        known.recipients().stream().map(this::recipient).toList());
  }

  private boolean isAscii() {
    return known.sender().chars().allMatch(c -> c < 0x80)
        && known.recipients().stream()
            .allMatch(one -> one.address().chars().allMatch(c -> c < 0x80));
  }

  private WaitingRecipient recipient(ControlFile.To to) {
    String domain = to.address().substring(to.address().lastIndexOf('@') + 1);
    List<String> wishes = to.reportOn().stream().map(Enum::name).toList();
    return new WaitingRecipient(
        to.address(),
        to.original(),
        wishes,
        "parked",
        "smtp:" + domain.toLowerCase(Locale.ROOT),
        known.attempts(),
        known.lastTried().map(Instant::toString),
        Optional.empty(),
        known.reason(),
        known.delayReported(),
        false);
  }

  /** Its octets: the header, an empty line, the body, with CRLF at the end of each line. */
  public InputStream content() throws IOException {
    byte[] header = (known.header() + "\r\n").getBytes(ISO_8859_1);
    return new SequenceInputStream(
        new ByteArrayInputStream(header),
        new CrLfStream(Files.newInputStream(body, LinkOption.NOFOLLOW_LINKS)));
  }
}
