package org.postroom.smtp.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.arrival.StagedContent;
import org.postroom.core.arrival.StagingArea;
import org.postroom.core.flow.ArrivingContent;
import org.postroom.core.refusal.StorageFull;
import org.postroom.core.rewrite.HeaderAddresses;
import org.postroom.smtp.protocol.DataReader;

@Tag("seconds")
class ArrivingContentTest {
  private static final int IN_MEMORY = 5000;

  @TempDir Path folder;

  /** Octet by octet handed on; each was looked at together with all before it. */
  @Test
  @Timeout(value = 10, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aHeaderWithoutLineEndsCostsNoMoreThanOneWithThem() {
    byte[] octets = "\r".repeat(2_000_000).getBytes(US_ASCII);
    try (StagingArea area = new StagingArea(folder, StagingArea.Limits.DEFAULT);
        ArrivingContent intake =
            new ArrivingContent(
                area.open(0),
                new byte[0],
                0,
                3_000_000,
                Set.of(),
                null,
                HeaderAddresses.UNTOUCHED)) {
      new DataReader(intake::write, true, false, true).read(ByteBuffer.wrap(octets));

      try (StagedContent content = intake.finish()) {
        assertThat(content.size()).isEqualTo(octets.length - 1);
      }
    }
  }

  /** None of them is written anywhere before it ends. */
  @Test
  void headersThatDoNotEndAreCountedAsTheRestOfTheMail() {
    StagingArea.Limits limits = new StagingArea.Limits(IN_MEMORY, 400_000);
    byte[] header = "A: b\r\n".repeat(15_000).getBytes(US_ASCII);
    List<ArrivingContent> all = new ArrayList<>();
    try (StagingArea area = new StagingArea(folder, limits)) {
      while (all.isEmpty() || all.get(all.size() - 1).fault() == null) {
        ArrivingContent intake =
            new ArrivingContent(
                area.open(0), new byte[0], 0, 100_000, Set.of(), null, HeaderAddresses.UNTOUCHED);
        all.add(intake);
        intake.write(header, 0, header.length);
        assertThat(area.memoryInUse()).isLessThanOrEqualTo(600_000);
      }

      assertThat(all).hasSizeBetween(5, 8);
      assertThat(all.get(all.size() - 1).fault()).isInstanceOf(StorageFull.class);
      all.remove(0).close();
      try (ArrivingContent next =
          new ArrivingContent(
              area.open(0), new byte[0], 0, 100_000, Set.of(), null, HeaderAddresses.UNTOUCHED)) {
        next.write(header, 0, header.length);
        next.write("\r\n".getBytes(US_ASCII), 0, 2);
        next.finish().close();
      }
      all.forEach(ArrivingContent::close);
      assertThat(area.memoryInUse()).isZero();
    }
  }

  /** Where there is no memory for a header nothing of it stays, nor the charge for it. */
  @Test
  void aHeaderThatIsDroppedIsNotCharged() {
    byte[] first = "A: b\r\n".repeat(1_000).getBytes(US_ASCII);
    byte[] rest = "A: b\r\n".repeat(15_000).getBytes(US_ASCII);
    try (StagingArea area = new StagingArea(folder, new StagingArea.Limits(IN_MEMORY, 40_000));
        ArrivingContent intake =
            new ArrivingContent(
                area.open(0), new byte[0], 0, 100_000, Set.of(), null, HeaderAddresses.UNTOUCHED)) {
      long before = area.memoryInUse();
      intake.write(first, 0, first.length);
      assertThat(area.memoryInUse()).isGreaterThan(before);

      intake.write(rest, 0, rest.length);

      assertThat(intake.fault()).isInstanceOf(StorageFull.class);
      assertThat(area.memoryInUse()).isEqualTo(before);
    }
  }

  /**
   * What makes content longer than what came: line ends, a stamp, lines that were missing. Each
   * mail may need memory for all of that, and touches no disk when it was said to fit.
   */
  @ParameterizedTest
  @CsvSource({
    "'\n', 100, false", "'\n', 1, false", "'x\n', 100, true", "'A: b\n', 50, true",
    "'A: b\n\n\n\n\n\n\n', 1000, true", "'\r', 1, false", "'\rx', 7, true", "'.\r\n', 3, false",
    "'.\rx\n', 1, true", "'0123456789\r\n', 3000, true", "'no header\n', 300, true"
  })
  void whatIsTakenAtOnceTouchesNoDisk(String text, int most, boolean completed) {
    Random random = new Random(most);
    byte[] stamp = "Received: x\r\n".repeat(20).getBytes(US_ASCII);
    for (int round = 0; round < 12; round++) {
      // The folder is made with the first file in it.
      Path place = folder.resolve(text.hashCode() + "-" + most + "-" + round);
      byte[] octets = text.repeat(6000 / text.length()).getBytes(US_ASCII);
      ArrivingContent.Missing completion =
          completed ? new ArrivingContent.Missing("Date: x", "Message-ID: <x>", "From: y") : null;
      int at = 0;
      try (StagingArea area = new StagingArea(place, new StagingArea.Limits(IN_MEMORY, 1 << 20));
          ArrivingContent intake =
              new ArrivingContent(
                  area.open(0),
                  stamp,
                  0,
                  200 + random.nextInt(6000),
                  Set.of(),
                  completion,
                  HeaderAddresses.UNTOUCHED)) {
        DataReader reader = new DataReader(intake::write, true, false, true);
        int next = 1 + random.nextInt(most);
        while (at + next <= octets.length && intake.takesAtOnce(next)) {
          reader.read(ByteBuffer.wrap(octets, at, next));
          at += next;
          assertThat(place).as("%s octets of %s", at, text).doesNotExist();
          next = 1 + random.nextInt(most);
        }
        assertThat(at).as("%s within memory", text).isGreaterThan(most > 500 ? -1 : IN_MEMORY / 5);
        reader.finish();
        try (StagedContent content = intake.finish()) {
          assertThat(content.size()).isGreaterThan(stamp.length);
        }
      }
    }
  }
}
