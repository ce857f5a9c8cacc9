package org.postroom.smtp.client.tlsrpt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.postroom.core.address.Domain;
import org.postroom.core.json.Json;
import org.postroom.core.memo.Memo;
import org.postroom.smtp.client.tls.PublishedPolicy;

/** What is counted, and how a report has it. */
class TallyTest {
  private static final Domain FAR = Domain.of("far.test");
  private static final PublishedPolicy STS =
      new PublishedPolicy(
          PublishedPolicy.Type.STS,
          List.of("version: STSv1", "mode: testing", "mx: *.far.test", "max_age: 86400"),
          List.of("*.far.test"));
  private static final Failure EXPIRED =
      new Failure("certificate-expired", "192.0.2.1", "mx.far.test", "192.0.2.2", "too old");

  private static String json(Tally tally) {
    return new String(Json.write(tally.policies(FAR)), UTF_8);
  }

  private static Tally reread(Tally tally) {
    return Tally.read(Json.read(json(tally).getBytes(UTF_8)));
  }

  @Test
  void isWrittenAsReportsHaveIt() {
    Tally tally = new Tally();
    tally.count(STS, Optional.empty());
    tally.count(STS, Optional.empty());
    tally.count(STS, Optional.of(EXPIRED));
    tally.count(STS, Optional.of(EXPIRED));
    tally.count(
        PublishedPolicy.NONE,
        Optional.of(new Failure("starttls-not-supported", "", "mx.far.test", "", "")));

    assertThat(tally.policies(FAR)).hasSize(2);
    assertThat(json(tally))
        .contains(
            "{\"policy\":{\"policy-type\":\"sts\",\"policy-string\":[\"version: STSv1\",\"mode:"
                + " testing\",\"mx: *.far.test\",\"max_age: 86400\"],\"policy-domain\":\"far.test\","
                + "\"mx-host\":[\"*.far.test\"]}")
        .contains("\"total-successful-session-count\":2")
        .contains("\"total-failure-session-count\":2")
        .contains(
            "\"failure-details\":[{\"result-type\":\"certificate-expired\",\"sending-mta-ip\":"
                + "\"192.0.2.1\",\"receiving-mx-hostname\":\"mx.far.test\",\"receiving-ip\":"
                + "\"192.0.2.2\",\"failed-session-count\":2,\"failure-reason-code\":\"too old\"}]")
        .contains(
            "{\"policy\":{\"policy-type\":\"no-policy-found\",\"policy-domain\":\"far.test\"}");
  }

  @Test
  void isReadAndAddedUp() {
    Tally first = new Tally();
    first.count(STS, Optional.of(EXPIRED));
    Tally second = new Tally();
    second.count(STS, Optional.empty());
    second.count(STS, Optional.of(EXPIRED));
    second.count(PublishedPolicy.NONE, Optional.empty());
    Tally both = new Tally();
    for (int i = 0; i < 2; i++) {
      both.count(STS, Optional.of(EXPIRED));
    }
    both.count(STS, Optional.empty());
    both.count(PublishedPolicy.NONE, Optional.empty());

    Tally sum = reread(first);
    sum.add(reread(second));

    assertThat(sum.policies(FAR)).isEqualTo(both.policies(FAR));
    assertThat(reread(sum).policies(FAR)).isEqualTo(sum.policies(FAR));
  }

  /**
   * However much goes wrong in how many ways, and whatever the domain says: it is kept as one memo.
   */
  @Test
  void hasABound() {
    Tally tally = new Tally();
    String host = "h".repeat(250);
    List<String> lines = Collections.nCopies(100, "mx: *." + host);
    int all = 0;
    for (int i = 0; i < 10; i++) {
      PublishedPolicy policy =
          new PublishedPolicy(PublishedPolicy.Type.STS, lines, List.of(host + i));
      for (int j = 0; j < 100; j++) {
        tally.count(
            policy,
            Optional.of(new Failure("validation-failure", "x", host, "y", j + "r".repeat(999))));
        all++;
      }
    }

    String json = json(tally);
    assertThat(json.length()).isLessThan(Memo.LONGEST_TEXT);
    assertThat(tally.policies(FAR)).hasSize(Tally.MOST_POLICIES);
    assertThat(json.split("failed-session-count", -1)).hasSize(Tally.MOST_FAILURES + 1);
    assertThat(all).isEqualTo(1000);
    assertThat(json).contains("\"total-failure-session-count\":800");

    tally.forgetDetails();

    assertThat(json(tally))
        .contains("\"total-failure-session-count\":800")
        .doesNotContain("failure-details");
  }

  @Test
  void whatIsNoneIsNotRead() {
    for (String text : List.of("[1]", "[{}]", "[{\"policy\":{},\"summary\":{}}]")) {
      assertThatThrownBy(() -> Tally.read(Json.read(text.getBytes(UTF_8))))
          .isInstanceOf(Json.Malformed.class);
    }
  }
}
