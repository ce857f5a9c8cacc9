package org.postroom.core.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.ibm.icu.lang.UCharacter;
import com.ibm.icu.text.IDNA;
import com.ibm.icu.text.Normalizer2;
import com.ibm.icu.util.VersionInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The oracle is ICU, which the table is made from and which processes names by itself. */
@Tag("seconds")
final class IdnaTest {
  private static final Path TABLE =
      Path.of("src/main/resources/org/postroom/core/address/idna.table");
  private static final IDNA ICU =
      IDNA.getUTS46Instance(IDNA.NONTRANSITIONAL_TO_ASCII | IDNA.CHECK_BIDI | IDNA.CHECK_CONTEXTJ);

  private static final String REFUSED = "refused";
  private static final Pattern LETTERS = Pattern.compile("[a-z0-9-]*");

  /** What a label's length says is for {@link Domain} to say. */
  private static final Set<IDNA.Error> LENGTHS =
      EnumSet.of(
          IDNA.Error.EMPTY_LABEL, IDNA.Error.LABEL_TOO_LONG, IDNA.Error.DOMAIN_NAME_TOO_LONG);

  @Test
  void theTableIsThatOfUnicode() throws IOException {
    byte[] made = new IdnaTableMaker().make();

    if ("write".equals(System.getProperty("postroom.pages"))) {
      Files.createDirectories(TABLE.getParent());
      Files.write(TABLE, made);
    }

    assertThat(Files.readAllBytes(TABLE))
        .as("make it anew: ./postroom test -pl mail-core -Dtest=IdnaTest -Dpostroom.pages=write")
        .isEqualTo(made);
    assertThat(made.length).as("octets that an embedder carries").isLessThan(40_000);
  }

  @ParameterizedTest
  @CsvSource({
    "straße.test, xn--strae-oqa.test",
    "βόλος.test, xn--nxasmm1c.test",
    "BÜCHER.Example, xn--bcher-kva.example",
    "bu\u0308cher.example, xn--bcher-kva.example",
    "xn--bcher-kva.example, xn--bcher-kva.example",
    "XN--BCHER-KVA.example, xn--bcher-kva.example",
    "παράδειγμα.ΕΛ, xn--hxajbheg2az3al.xn--qxam",
    "例え。テスト, xn--r8jz45g.xn--zckzah",
    "ｅｘａｍｐｌｅ．ｏｒｇ, example.org",
    "a\u00ADb.example, ab.example",
    "क्‍ष.test, xn--11b2ezcw70k.test",
    "نامه\u200Cای.test, xn--mgba3gch31f060k.test",
    "ab--cd.example, ab--cd.example",
    "xn--nonsense-, xn--nonsense-",
  })
  void writesNamesAsTheDnsHasThem(String name, String ascii) {
    assertThat(Idna.toAscii(name)).isEqualTo(ascii);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a\u200Db.example", // a joiner that joins nothing
        "pay\u200Cpal.example",
        "\u0301a.example", // a combining mark in front
        "üa--b.example",
        "-ü.example",
        "ü-.example",
        "aא.example", // two directions
        "1א.example",
        "א١1.example", // two kinds of digits
        "\uD800.example",
        "a\uFFFDb.example",
        "a\u2028b.example",
        "\uFDD0.example",
        "xn--bcher-kva\u00FC.example",
      })
  void refusesWhatCanBeNoLabel(String name) {
    assertThatThrownBy(() -> Idna.toAscii(name)).isInstanceOf(MalformedAddress.class);
  }

  /** Before it costs what its length squared costs. */
  @Test
  void refusesALabelThatIsLongerThanAnyCanBe() {
    assertThatThrownBy(() -> Idna.toAscii("ü".repeat(900) + ".example"))
        .isInstanceOf(MalformedAddress.class)
        .hasMessage("a label of a domain is too long");
  }

  @ParameterizedTest
  @CsvSource({
    "xn--strae-oqa.test, straße.test",
    "xn--hxajbheg2az3al.xn--qxam, παράδειγμα.ελ",
    "example.org, example.org",
    "xn--a.test, xn--a.test",
    "xn--abc-.test, xn--abc-.test",
    "xn--99999999999.test, xn--99999999999.test",
    "xn--pypal-4ve.test, pаypal.test",
    "xn--bcher-KVA8445FOA.test, xn--bcher-KVA8445FOA.test",
  })
  void showsNamesInTheirOwnScript(String name, String unicode) {
    assertThat(Idna.toUnicode(name)).isEqualTo(unicode);
  }

  @Test
  void takesEachCharacterAsIcuDoes() {
    for (int point = 0x80; point <= Character.MAX_CODE_POINT; point++) {
      if (!isYoungAndCombines(point) && !isSurrogate(point) && point != 0x3002) {
        String character = Character.toString(point);
        agreesWithIcu(character);
        if (UCharacter.isDefined(point)) { // most are not, and refused wherever they stand
          agreesWithIcu("x" + character + "y");
        }
      }
    }
  }

  @Test
  void takesLabelsAsIcuDoes() {
    Random random = new Random(46);
    String letters =
        "a1-Zß\u00E4\u0308\u0301ςΣ\u00AD\u200C\u200D\u0915\u094D\u0937אבال\u0644\u0627\u0640\u0671"
            + "1\u0661\u06F1\u064B\u0345\uFF21\u2126İı\u1E9Eﬀ\u00BD\u0E33\u3042\u3099\uAC00\u1100\u1161";
    for (int i = 0; i < 200_000; i++) {
      StringBuilder label = new StringBuilder();
      for (int n = 1 + random.nextInt(7); n > 0; n--) {
        label.append(letters.charAt(random.nextInt(letters.length())));
      }
      agreesWithIcu(label.toString());
    }
  }

  private static void agreesWithIcu(String label) {
    IDNA.Info info = new IDNA.Info();
    String expected = ICU.labelToASCII(label, new StringBuilder(), info).toString();
    Set<IDNA.Error> errors = EnumSet.noneOf(IDNA.Error.class);
    errors.addAll(info.getErrors());
    errors.removeAll(LENGTHS);
    String seen;
    try {
      seen = Idna.toAscii(label);
    } catch (MalformedAddress e) {
      seen = REFUSED;
    }
    if (seen.equals(REFUSED) || seen.startsWith("xn--")) { // ASCII alone is not looked at
      String same = errors.isEmpty() ? lettersOf(expected) : REFUSED;
      if (!lettersOf(seen).equals(same)) { // two million times a description is made for nothing
        assertThat(lettersOf(seen)).as(label).isEqualTo(same);
      }
    }
  }

  /** What else may stand in a label of ASCII is for {@link Domain} to say, too. */
  private static String lettersOf(String label) {
    return LETTERS.matcher(label).matches() ? label : REFUSED;
  }

  private static boolean isSurrogate(int point) {
    return point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
  }

  /** What Java 17 would not normalise is refused, on every Java. */
  private static boolean isYoungAndCombines(int point) {
    return UCharacter.getAge(point).compareTo(VersionInfo.UNICODE_13_0) > 0
        && !Normalizer2.getNFCInstance().isInert(point);
  }

  @Test
  void readsWhatItEncodes() {
    Random random = new Random(3492);
    for (int i = 0; i < 50_000; i++) {
      StringBuilder label = new StringBuilder();
      for (int n = 1 + random.nextInt(12); n > 0; n--) {
        int point = random.nextInt(random.nextBoolean() ? 0x250 : Character.MAX_CODE_POINT);
        label.appendCodePoint(point < 'a' || isSurrogate(point) ? 'a' : point);
      }
      assertThat(Punycode.decode(Punycode.encode(label.toString()))).isEqualTo(label.toString());
    }
  }
}
