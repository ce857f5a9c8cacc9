package org.postroom.core.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.config.Settings;
import org.postroom.core.people.Quota;
import org.postroom.core.quota.QuotaRules.Coming;
import org.postroom.core.report.BadConfiguration;

class QuotaRulesTest {
  private static final long LARGEST_MAIL = 1000;

  /** Of settings that are written {@code name=value; name=value}. */
  private static QuotaRules rules(String settings) {
    Settings.Builder builder = Settings.builder(QuotaParams.PART);
    for (String one : settings.split(";")) {
      if (!one.isBlank()) {
        int equals = one.indexOf('=');
        builder.set(one.substring(0, equals).strip(), one.substring(equals + 1).strip());
      }
    }
    return QuotaRules.of(builder.build(), LARGEST_MAIL);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "| ada | default | unlimited",
        "mailbox_size_limit=5000 | ada | default | storage=5000B:messages=0",
        "mailbox_size_limit=5000 | ada@a.example | default | storage=5000B:messages=0",
        "mailbox_size_limit=5000 | ada | unlimited | unlimited",
        "mailbox_size_limit=5000 | ada | messages=3 | storage=5000B:messages=3",
        "mailbox_size_limit=5000; virtual_mailbox_limit=2000 | ada@a.example | default | storage=2000B:messages=0",
        "virtual_mailbox_limit=7000 | ada | default | unlimited",
        "virtual_mailbox_limit=7000 | ada@a.example | default | storage=7000B:messages=0",
        "quota_rule=*:storage=1M; mailbox_size_limit=5000 | ada | default | storage=1M:messages=0",
        "quota_rule=*:messages=9; mailbox_size_limit=5000 | ada | default | storage=5000B:messages=9",
        "quota_rule=*:storage=0; mailbox_size_limit=5000 | ada | default | unlimited",
        "quota_storage_size=1M; quota_message_count=4 | ada | default | storage=1M:messages=4",
        "quota_rule=*:storage=1M; quota_message_count=4 | ada | default | storage=1M:messages=4",
        "quota_rule=*:storage=1M; quota_storage_extra=1K | ada | default | storage=1025K:messages=0",
        "quota_rule=*:storage=1M; quota_domain_rule=A.example:storage=2M | ada@a.example | default | storage=2M:messages=0",
        "quota_rule=*:storage=1M; quota_domain_rule=b.example:storage=2M | ada@a.example | default | storage=1M:messages=0",
        "quota_rule=*:storage=1M:messages=4; quota_domain_rule=a.example:storage=2M | ada@a.example | default | storage=2M:messages=4",
        "quota_domain_rule=a.example:storage=2M | ada@a.example | storage=3M | storage=3M:messages=0",
        "quota_domain_rule=bücher.example:storage=2M | ada@xn--bcher-kva.example | default | storage=2M:messages=0",
        "quota_rule=?:storage=1M | ada | default | storage=1M:messages=0"
      })
  void theNearestSaysWhatHolds(String settings, String login, String own, String limit) {
    QuotaRules rules = rules(settings == null ? "" : settings);

    assertThat(rules.limit(login, QuotaText.parse(own))).isEqualTo(QuotaText.parse(limit));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "quota_rule=*:storage=1G; quota_rule2=*:storage=2G | quota_rule2",
        "quota_rule=Trash:ignore; quota_rule3=Trash:storage=+1M | quota_rule3",
        "quota_rule=*:storage=1G; quota_storage_size=1G | quota_storage_size",
        "quota_rule=*:messages=1; quota_message_count=1 | quota_message_count",
        "quota_rule=1G | quota_rule",
        "quota_rule=Trash:ignored | quota_rule",
        "quota_rule=Trash:messages=+10% | quota_rule",
        "quota_rule=*:storage=1G; quota_rule2=?:storage=2G | quota_rule2",
        "quota_rule=Lists/*:ignore | quota_rule",
        "quota_rule=Lists%:ignore | quota_rule",
        "quota_rule=INBOX:ignore; quota_rule2=inbox:storage=+1M | quota_rule2",
        "quota_domain_rule=a.example | quota_domain_rule",
        "quota_domain_rule=storage=1G:messages=1000 | quota_domain_rule",
        "quota_domain_rule=a.example:1G | quota_domain_rule",
        "quota_domain_rule=a.example:storage=1G a.example:storage=1G | quota_domain_rule",
        "mailbox_size_limit=999 | mailbox_size_limit",
        "virtual_mailbox_limit=999 | virtual_mailbox_limit",
        "quota_exceeded_message= | quota_exceeded_message"
      })
  void contradictionsAreFaultsWithAName(String settings, String name) {
    assertThatThrownBy(() -> rules(settings))
        .isInstanceOf(BadConfiguration.class)
        .hasMessageContaining(name);
  }

  /** Of a limit of 1000 octets and 10 messages. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "| INBOX | 400 | 4 | 600 | 1 | true",
        "| INBOX | 400 | 4 | 601 | 1 | false",
        "| INBOX | 400 | 10 | 1 | 1 | false",
        "| INBOX | 400 | 8 | 1 | 2 | true",
        "| INBOX | 400 | 8 | 1 | 3 | false",
        "| INBOX | 2000 | 20 | 0 | 0 | true",
        "quota_rule=Trash:bytes=+100 | Trash | 1000 | 1 | 100 | 1 | true",
        "quota_rule=Trash:bytes=+100 | INBOX | 1000 | 1 | 100 | 1 | false",
        "quota_rule=Trash:bytes=+100 | Trash | 1000 | 1 | 101 | 1 | false",
        "quota_rule=Trash:storage=+10% | Trash | 1000 | 1 | 100 | 1 | true",
        "quota_rule=Trash:storage=+10% | Trash | 1000 | 1 | 101 | 1 | false",
        "quota_rule=Trash:messages=+2 | Trash | 1 | 11 | 1 | 1 | true",
        "quota_rule=Trash:messages=+2 | Trash | 1 | 12 | 1 | 1 | false",
        "quota_rule=Spam:ignore | Spam | 1000 | 10 | 5000 | 9 | true",
        "quota_rule=Inbox:ignore | INBOX | 1000 | 10 | 5000 | 9 | true",
        "quota_rule=inbox/Lists:ignore | INBOX/Lists | 1000 | 10 | 5000 | 9 | true",
        "quota_mail_size=100 | INBOX | 0 | 0 | 101 | 1 | false",
        "quota_mail_size=100; quota_rule=Spam:ignore | Spam | 0 | 0 | 101 | 1 | false",
        "quota_storage_grace=50 | INBOX | 999 | 1 | 51 | 1 | true",
        "quota_storage_grace=50 | INBOX | 999 | 1 | 52 | 1 | false",
        "quota_storage_grace=50 | INBOX | 1000 | 1 | 1 | 1 | false"
      })
  void whatIsDeliveredFitsOrNot(
      String settings,
      String mailbox,
      long used,
      long count,
      long octets,
      int messages,
      boolean fits) {
    QuotaRules rules = rules(settings == null ? "" : settings);
    QuotaUse use = new QuotaUse(new Quota(1000, 10), used, count);

    Coming coming = new Coming(mailbox, octets, messages, octets, true);
    assertThat(rules.admits(use, coming)).isEqualTo(fits);
    if (messages == 1) {
      assertThat(rules.room(use, mailbox) >= octets).isEqualTo(fits);
    }
  }

  @Test
  void thereIsGraceForDeliveriesAlone() {
    QuotaRules rules = rules("quota_storage_grace=50");
    QuotaUse use = new QuotaUse(new Quota(1000, Quota.UNLIMITED), 999, 1);

    assertThat(rules.admits(use, new Coming("INBOX", 10, 1, 10, false))).isFalse();
    assertThat(rules.room(new QuotaUse(Quota.ENDLESS, 999, 1), "INBOX")).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void saysHowNearTheNearerLimitIs() {
    assertThat(new QuotaUse(new Quota(1000, 10), 250, 9).percent()).isEqualTo(90);
    assertThat(new QuotaUse(new Quota(1000, Quota.UNLIMITED), 2500, 9).percent()).isEqualTo(250);
    assertThat(new QuotaUse(Quota.ENDLESS, 2500, 9).percent()).isZero();
  }
}
