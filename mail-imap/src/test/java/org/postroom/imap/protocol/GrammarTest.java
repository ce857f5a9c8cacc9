package org.postroom.imap.protocol;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDate;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.mailbox.InternalDate;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.mailbox.UidSet;

class GrammarTest {

  private static ImapReader reader(String text) {
    return new ImapReader(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1|10",
        "1:3|10:12",
        "3:1|10:12",
        "*|30",
        "4:*|20,30",
        "1,1,2|10:11",
        "1:*|10:12,20,30"
      })
  void resolvesNumbersAgainstTheView(String set, String uids) {
    UidSet view = UidSet.of(10, 11, 12, 20, 30);

    assertThat(MessageSet.parse(set).sequence(view)).hasToString(uids);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"1:4294967295|10:12,20,30", "31:*|30", "*:31|30", "13:19|''", "11,99,20|11,20"})
  void leavesOutUidsThatAreNotThere(String set, String uids) {
    UidSet view = UidSet.of(10, 11, 12, 20, 30);

    assertThat(MessageSet.parse(set).uids(view)).hasToString(uids);
  }

  @Test
  void refusesNumbersBeyondTheViewButNotStarInAnEmptyOne() {
    assertThatThrownBy(() -> MessageSet.parse("6").sequence(UidSet.range(1, 5)))
        .isInstanceOf(BadCommand.class);
    assertThat(MessageSet.parse("1:*").sequence(UidSet.EMPTY).isEmpty()).isTrue();
    assertThat(MessageSet.parse("4:9").sequenceOrLess(UidSet.range(1, 5))).hasToString("4:5");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"0", "4294967296", "", "a", "1:", ":1", "1,", "-1", "99999999999999999999"})
  void refusesWhatIsNoSet(String text) {
    assertThatThrownBy(() -> MessageSet.parse(text)).isInstanceOf(BadCommand.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Entwürfe|Entw&APw-rfe",
        "A & B|A &- B",
        "台北|&U,BTFw-",
        "😀|&2D3eAA-",
        "plain|plain"
      })
  void writesAndReadsModifiedUtf7(String name, String wire) {
    assertThat(ModifiedUtf7.encode(name)).isEqualTo(wire);
    assertThat(ModifiedUtf7.decode(wire)).isEqualTo(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"&Jjo", "&U,BTFw-&ZeVnLIqe-", "&AGE-", "&2D0-", "&U,BTFx-", "&!-", "ü"})
  void refusesModifiedUtf7ThatNobodyWouldWrite(String wire) {
    assertThatThrownBy(() -> ModifiedUtf7.decode(wire))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void readsEveryNameItWrites() {
    Random random = new Random(7);
    for (int i = 0; i < 2000; i++) {
      StringBuilder name = new StringBuilder();
      for (int n = 0; n < 1 + random.nextInt(8); n++) {
        name.appendCodePoint(new int[] {'a', '&', '-', 'ü', 0x53f0, 0x1f600}[random.nextInt(6)]);
      }

      String wire = ModifiedUtf7.encode(name.toString());

      assertThat(ModifiedUtf7.decode(wire)).isEqualTo(name.toString());
    }
  }

  @Test
  void readsEveryLegalCharacterOfAnAstring() {
    assertThat(reader("!#$&'+,-.:;<=>?@^_`|[} x").astringText())
        .isEqualTo("!#$&'+,-.:;<=>?@^_`|[}");
    assertThat(reader("NIL").astringText()).isEqualTo("NIL");
    assertThat(reader("NIL").nstring()).isNull();
    assertThat(reader("\"a\\\"b\\\\c\"").astringText()).isEqualTo("a\"b\\c");
    assertThat(reader("inbox").mailbox()).isEqualTo(MailboxName.INBOX);
  }

  @Test
  void readsDatesAsClientsWriteThem() {
    assertThat(reader("1-feb-2024").date()).isEqualTo(LocalDate.of(2024, 2, 1));
    assertThat(reader("\" 1-Feb-2024\"").date()).isEqualTo(LocalDate.of(2024, 2, 1));
    InternalDate date = reader("\" 4-Aug-2018 06:46:54 +0900\"").dateTime();
    assertThat(date.time()).hasToString("2018-08-04T06:46:54+09:00");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"31-Feb-2024", "1-Foo-2024", "1-Feb-24", "x", "\"1-Feb-2024", "1-2-2024", "--"})
  void refusesWhatIsNoDate(String text) {
    assertThatThrownBy(() -> reader(text).date()).isInstanceOf(BadCommand.class);
  }

  @Test
  void throwsNothingButBadCommandWhateverComes() {
    Random random = new Random(42);
    String alphabet = "(){}\"\\ *%19:,.+-~$aAZ]<>[\u0000\u00ff\r";
    for (int i = 0; i < 50_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int n = random.nextInt(12); n >= 0; n--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      int way = i % 9;
      try {
        ImapReader in =
            new ImapReader(new String(text.toString().getBytes(ISO_8859_1), ISO_8859_1));
        switch (way) {
          case 0 -> in.tag();
          case 1 -> in.astring();
          case 2 -> in.messageSet();
          case 3 -> in.flags();
          case 4 -> in.dateTime();
          case 5 -> in.date();
          case 6 -> in.pattern();
          case 7 -> in.nstring();
          default -> in.literalHead();
        }
      } catch (BadCommand expected) {
        assertThat(expected.text()).isNotEmpty();
      }
    }
  }
}
