package org.postroom.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.postroom.core.report.Place;

/** What is declared once and stands twice. */
class MirrorTest {
  private static final ParamSet.Builder SET = ParamSet.named("out");
  private static final Param<Integer> PORT = SET.integer("smtp_tcp_port", "25", "A port.");
  private static final Param<String> NAME = SET.text("smtp_helo_name", "here", "A name.");
  private static final Param<String> OTHER =
      SET.text("smtp_other", "$smtp_helo_name of $smtp_alone", "See smtp_helo_name, smtp_alone.");
  private static final Param<String> ALONE = SET.text("smtp_alone", "one", "For one of them.");
  private static final Param<Boolean> SHARED = SET.bool("tls_shared", "no", "For both.");
  private static final ParamSet ALL = SET.build();

  private static final Mirror MIRROR =
      Mirror.from("smtp_", "lmtp_")
          .named(NAME, "lmtp_lhlo_name")
          .preset(PORT, "24")
          .without(ALONE)
          .set("in", ALL)
          .build();

  private static Settings.Builder settings() {
    return Settings.builder(ALL, MIRROR.sets().get(0));
  }

  @Test
  void namesDefaultsAndWordsAreTheOthers() {
    ParamSet set = MIRROR.sets().get(0);

    assertThat(set.name()).isEqualTo("in");
    assertThat(set.params())
        .extracting(Param::name)
        .containsExactly("lmtp_tcp_port", "lmtp_lhlo_name", "lmtp_other");
    assertThat(set.params().get(2).defaultText()).isEqualTo("$lmtp_lhlo_name of $smtp_alone");
    assertThat(set.params().get(2).doc()).isEqualTo("See lmtp_lhlo_name, smtp_alone.");
  }

  @Test
  void eachHasAValueOfItsOwn() {
    Settings settings =
        settings()
            .set("smtp_helo_name", "mx.test")
            .set("lmtp_lhlo_name", "store.test")
            .set("smtp_alone", "two")
            .set("tls_shared", "yes")
            .build();
    Settings seen = MIRROR.in(settings);

    assertThat(settings.get(PORT)).isEqualTo(25);
    assertThat(settings.get(OTHER)).isEqualTo("mx.test of two");
    assertThat(seen.get(PORT)).isEqualTo(24);
    assertThat(seen.get(NAME)).isEqualTo("store.test");
    assertThat(seen.get(OTHER)).isEqualTo("store.test of two");
    assertThat(seen.get(ALONE)).isEqualTo("two");
    assertThat(seen.get(SHARED)).isTrue();
  }

  @Test
  void faultsNameWhatTheAdministratorWrote() {
    MainCf file = MainCf.parse("main.cf", "smtp_tcp_port = 26\nlmtp_tcp_port = 2400\n");
    Settings seen = MIRROR.in(settings().file(file).build());

    assertThat(seen.fault(PORT, "taken").toString())
        .contains("main.cf")
        .contains("2")
        .contains("lmtp_tcp_port")
        .contains("taken");
    assertThat(seen.text(PORT)).isEqualTo("2400");
    assertThat(seen.isGiven(NAME)).isFalse();
    assertThat(seen.place(NAME)).isEqualTo(Place.DEFAULT);
  }
}
