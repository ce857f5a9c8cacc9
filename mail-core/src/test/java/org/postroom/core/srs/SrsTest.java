package org.postroom.core.srs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postroom.core.address.Address;
import org.postroom.core.address.Domain;
import org.postroom.core.secret.Secret;

class SrsTest {
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

  private static Srs signedBy(String... secrets) {
    return srs(4, secrets);
  }

  private static Srs srs(int hashLength, String... secrets) {
    return new Srs(
        Domain.of("fwd.test"),
        Stream.of(secrets).map(Secret::of).toList(),
        hashLength,
        Duration.ofDays(21));
  }

  private static final Srs SRS = signedBy("secretsecret");

  private static Address address(String text) {
    return Address.parse(text);
  }

  private static String forward(String sender) {
    return SRS.forward(address(sender), NOW).toString();
  }

  private static String reverse(String address) {
    return SRS.reverse(address(address), NOW).toString();
  }

  /** What postsrsd 1.10 has written with the same secret. */
  @ParameterizedTest
  @CsvSource({
    "alice@example.com, SRS0=2+nn=JL=example.com=alice@fwd.test",
    "SRS0=opaque=XY=other.net=bob@fwd2.example.net,"
        + " SRS1=kaRH=fwd2.example.net==opaque=XY=other.net=bob@fwd.test",
  })
  void writesWhatOthersWrite(String sender, String written) {
    assertThat(forward(sender)).isEqualTo(written);
    assertThat(reverse(written)).isEqualTo(sender);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a=b=c@example.com",
        "\"a b\"@example.com",
        "srs0@example.com",
        "SRS1=x@example.com",
        "SRS1=x=-==y@example.com",
        "srs2=a=b==c@example.com",
        "alice@[192.0.2.1]",
        "alice@xn--bcher-kva.example",
        "SRS0+x=XY=other.net=bob@first.test",
        "SRS0-x=XY=other.net=bob@first.test",
      })
  void findsBackWhatItHasWritten(String sender) {
    assertThat(reverse(forward(sender))).isEqualTo(sender);
  }

  @Test
  void textInUtf8FindsBack() {
    Address sender = Address.of("Gr\u00fc\u00dfe", Domain.of("example.com"));

    assertThat(SRS.reverse(SRS.forward(sender, NOW), NOW)).isEqualTo(sender);
  }

  /** Any number of forwarders makes no more than two of it. */
  @Test
  void whatWasWrittenTwiceStaysAsLong() {
    String second = forward("SRS0=abcd=XY=other.net=bob@first.test");
    String third = forward(second.replace("@fwd.test", "@second.test"));

    assertThat(third).isEqualTo(second);
  }

  @Test
  void aSeparatorOfAnotherIsKept() {
    assertThat(forward("SRS0+x=XY=other.net=bob@first.test")).contains("=first.test=+x=XY");
    assertThat(reverse(forward("alice@example.com").replace("SRS0=", "SRS0+")))
        .isEqualTo("alice@example.com");
  }

  /** Others write local parts as they like. */
  @Test
  void caseSaysNothing() {
    for (String sender : List.of("alice@example.com", "srs0=a=xy=other.net=bob@first.test")) {
      String written = forward(sender);
      assertThat(reverse(written.toLowerCase(Locale.ROOT))).isEqualToIgnoringCase(sender);
      assertThat(SRS.isForwarded(address(written.toLowerCase(Locale.ROOT)))).isTrue();
    }
  }

  @Test
  void whatIsNotWrittenSoIsLikeAnyOther() {
    assertThat(SRS.isForwarded(address("SRS0=a=b=c=d@fwd.test"))).isTrue();
    assertThat(SRS.isForwarded(address("srs1-x@fwd.test"))).isTrue();
    assertThat(SRS.isForwarded(address("SRS0=a=b=c=d@other.test"))).isFalse();
    assertThat(SRS.isForwarded(address("srs0@fwd.test"))).isFalse();
    assertThat(SRS.isForwarded(address("srs0x@fwd.test"))).isFalse();
    assertThat(SRS.isForwarded(address("srs2=x@fwd.test"))).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "SRS0=2+nm=JL=example.com=alice@fwd.test, wrong signature",
    "SRS0=2+nn=JL=example.com=alicf@fwd.test, wrong signature",
    "SRS0=2+nn=JM=example.com=alice@fwd.test, wrong signature",
    "SRS0=2+nn=JL=exampl.com=alice@fwd.test, wrong signature",
    "SRS0=2+n=JL=example.com=alice@fwd.test, wrong signature",
    "SRS0==JL=example.com=alice@fwd.test, wrong signature",
    "SRS0=2+nn=JL=example.com@fwd.test, malformed",
    "SRS0=@fwd.test, malformed",
    "SRS1=kaRH=fwd2.example.net=opaque=XY=other.net=bob@fwd.test, malformed",
    "SRS1=kaRI=fwd2.example.net==opaque=XY=other.net=bob@fwd.test, wrong signature",
    "SRS1=kaRH=fwd2.example.net=@fwd.test, malformed",
  })
  void nobodyElseCanWriteOne(String address, String why) {
    assertThatThrownBy(() -> reverse(address)).isInstanceOf(NotOurs.class).hasMessage(why);
  }

  @ParameterizedTest
  @CsvSource({"0, true", "21, true", "22, false", "500, false", "1022, false", "-1, true"})
  void leadsBackForSoManyDays(int days, boolean leads) {
    Address written = SRS.forward(address("alice@example.com"), NOW);
    Instant then = NOW.plus(Duration.ofDays(days));

    if (leads) {
      assertThat(SRS.reverse(written, then)).isEqualTo(address("alice@example.com"));
    } else {
      assertThatThrownBy(() -> SRS.reverse(written, then)).hasMessage("expired");
    }
  }

  @Test
  void theFirstSecretSignsAndAllAreGood() {
    Address old = signedBy("old").forward(address("alice@example.com"), NOW);
    Srs both = signedBy("new", "old");

    assertThat(both.reverse(old, NOW)).isEqualTo(address("alice@example.com"));
    assertThat(both.forward(address("alice@example.com"), NOW))
        .isEqualTo(signedBy("new").forward(address("alice@example.com"), NOW));
    assertThatThrownBy(() -> signedBy("new").reverse(old, NOW)).isInstanceOf(NotOurs.class);
  }

  @Test
  void aLongerSignatureIsGoodAndAShorterOneIsNot() {
    Address sender = address("alice@example.com");
    Srs whole = srs(27, "secretsecret");

    assertThat(whole.reverse(whole.forward(sender, NOW), NOW)).isEqualTo(sender);
    assertThat(SRS.reverse(whole.forward(sender, NOW), NOW)).isEqualTo(sender);
    assertThatThrownBy(() -> whole.reverse(SRS.forward(sender, NOW), NOW))
        .hasMessage("wrong signature");
  }

  /** RFC 5321 has no room for it, and servers take it. */
  @Test
  void aLongNameIsWrittenAllTheSame() {
    String sender = "x".repeat(64) + "@" + "y".repeat(60) + ".example.com";

    assertThat(reverse(forward(sender))).isEqualTo(sender);
  }
}
