package org.postroom.core.auth.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postroom.core.auth.scheme.HashLimits;
import org.postroom.core.config.BadValue;
import org.postroom.core.log.TableLog;
import org.postroom.core.people.AccountSource;
import org.postroom.core.people.Person;
import org.postroom.core.people.Proof;
import org.postroom.core.people.Quota;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.secret.Secret;
import org.postroom.core.table.FileWatch;
import org.postroom.core.testing.AccountSourceContract;
import org.postroom.core.time.VirtualTime;

/** A passwd-file as Dovecot has it. */
final class PasswdFileSourceTest extends AccountSourceContract {
  @TempDir private Path folder;

  private final VirtualTime time =
      VirtualTime.startingAt(Instant.parse("2030-01-01T00:00:00Z"), Duration.ofMillis(50));
  private final List<String> warnings = new ArrayList<>();

  private Path write(String text) {
    try {
      Path file = Files.writeString(folder.resolve("users"), text);
      Files.setLastModifiedTime(file, FileTime.from(time.instant().minus(Duration.ofMinutes(1))));
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private PasswdFileSource open(String text) {
    PasswdFileSource source =
        PasswdFileSource.open(
            write(text), new PersonFields("CRYPT", new HashLimits(64 * 1024)), warnings);
    source.watch(new FileWatch(time, time, Runnable::run, new TableLog()));
    return source;
  }

  private Person person(String line) {
    return open(line + "\n").find("ada").orElseThrow();
  }

  @Override
  protected AccountSource source() {
    return open(
        """
        # comment: with colon

        Ada@Example.org:{PLAIN}secret:5000:5000::/home/ada::userdb_quota_rule=*:storage=1G
        eve@example.org:{SHA256}K7gNU3sdo+OL0wNhqoVWhr3g6s1xYv72ol/pe/Unols=::::::nologin
        """);
  }

  @Test
  void fieldsMayBeMissing() {
    Person ada = person("ada:{PLAIN}secret");

    assertThat(ada.proof().matches(Secret.of("secret"))).isTrue();
    assertThat(ada.quota()).isEmpty();
    assertThat(person("ada:").proof()).isSameAs(Proof.NONE);
    assertThat(warnings).isEmpty();
  }

  @Test
  void howManyMessagesSomebodyMayKeep() {
    assertThat(person("ada:{PLAIN}x:1:1:::: quota_rule=*:storage=1G:messages=7").quota())
        .contains(new Quota(1 << 30, 7));
    assertThat(person("ada:{PLAIN}x:1:1:::: quota_rule=*:storage=1M quota_message_count=3").quota())
        .contains(new Quota(1 << 20, 3));
    assertThat(warnings).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "quota_rule=*:storage=100, 102400",
    "userdb_quota_rule=*:storage=5M, 5242880",
    "userdb_quota_rule=*:bytes=77, 77",
    "quota_rule=*:storage=2G, 2147483648",
    "userdb_quota_storage_size=3M, 3145728",
    "userdb_quota_storage_size=77, 77",
    "quota_rule=*:storage=0, -1"
  })
  void whatSomebodyMayKeep(String extra, long octets) {
    assertThat(person("ada:{PLAIN}x:1:1:::: home=/x " + extra).quota())
        .contains(Quota.ofOctets(octets));
    assertThat(warnings).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "nologin, false, ''",
    "nologin=no, true, ''",
    "nologin=F, true, ''",
    "nologin=FALSE, true, ''",
    "nologin=, true, ''",
    "nologin=t, false, ''",
    "nologin=TRUE, false, ''",
    "nopassword=false, true, ''",
    "proxy=f proxy_maybe=N, true, ''",
    "allow_nets=, false, 'allow_nets is not obeyed, so ada cannot log in'",
    "noauthenticate=y, false, ''",
    "allow_nets=192.0.2.0/24, false, 'allow_nets is not obeyed, so ada cannot log in'",
    "nopassword=y, false, 'nopassword is not obeyed, so ada cannot log in'",
    "home=/x userdb_mail=maildir:~/m, true, ''",
    "quota_rule=Trash:storage=5, true, 'ada: quota_rule is not obeyed: Trash:storage=5'",
    "color=red, true, 'ada: color is not obeyed'"
  })
  void whatIsNotObeyedIsSaidAndLetsInNobody(String extra, boolean mayLogIn, String warning) {
    Person ada = person("ada:{PLAIN}x:1:1::::" + extra);

    assertThat(ada.mayLogIn()).isEqualTo(mayLogIn);
    if (warning.isEmpty()) {
      assertThat(warnings).isEmpty();
    } else {
      assertThat(warnings).containsExactly(folder.resolve("users") + ", line 1: " + warning);
    }
  }

  @Test
  void aPasswordThatCannotBeUsedIsSaidAndLocksItsUserAlone() {
    AccountSource source = open("ada:secret\nbob:{ROT13}frperg\neve:!\njo:*\nmax:{PLAIN}x\n");

    for (String name : List.of("ada", "bob", "eve", "jo")) {
      assertThat(source.find(name).orElseThrow().proof()).as(name).isSameAs(Proof.NONE);
    }
    assertThat(source.find("max").orElseThrow().proof().matches(Secret.of("x"))).isTrue();
    assertThat(warnings)
        .containsExactly(
            folder.resolve("users")
                + ", line 1: the password of ada cannot be used: CRYPT: it is no hash of crypt(3)"
                + " that is known here",
            folder.resolve("users")
                + ", line 2: the password of bob cannot be used: unknown password scheme: ROT13");
  }

  @Test
  void theFirstOfTwoCounts() {
    AccountSource source = open("ada:{PLAIN}x\nADA:{PLAIN}y\n");

    assertThat(source.find("ada").orElseThrow().proof().matches(Secret.of("x"))).isTrue();
    assertThat(warnings)
        .containsExactly(
            folder.resolve("users") + ", line 2: ada is there twice, and the first line counts");
  }

  @Test
  void somebodyMayHaveAnotherNameForHisMail() {
    assertThat(person("ada:{PLAIN}x:::::: user=Ada.L@example.org").login())
        .isEqualTo("ada.l@example.org");
  }

  /** Two who are called alike in two domains have two mailboxes. */
  @ParameterizedTest
  @CsvSource({
    "ada@one.example, username=foo, foo@one.example",
    "ada@one.example, username=foo@two.example, foo@two.example",
    "ada@one.example, user=foo, foo",
    "ada@one.example, domain=two.example, ada@two.example",
    "ada@one.example, username=foo domain=two.example, foo@two.example",
    "ada@one.example, username=foo@one.example domain=two.example, foo@two.example",
    "ada@one.example, user=foo domain=two.example, foo@two.example",
    "ada@one.example, username= domain= user=, ada@one.example",
    "ada, username=foo, foo",
    "ada, domain=two.example, ada@two.example"
  })
  void whatHisMailIsKeptUnder(String name, String extra, String login) {
    AccountSource source = open(name + ":{PLAIN}x:::::: " + extra + "\n");

    assertThat(source.find(name).orElseThrow().login()).isEqualTo(login);
    assertThat(warnings).isEmpty();
  }

  @Test
  void aLineThatIsNoneIsAFaultWithItsPlace() {
    assertThatThrownBy(() -> open("ada:{PLAIN}x\n<<<<<<< HEAD\n"))
        .isInstanceOf(BadValue.class)
        .hasMessage(folder.resolve("users") + ", line 2: no colon, so no user");
  }

  @Test
  void aChangeIsSeenAndABrokenFileLeavesTheLastGoodOne() {
    PasswdFileSource source = open("ada:{PLAIN}x\n");
    write("bob:{PLAIN}secret\n");
    time.advance(Duration.ofSeconds(1));
    assertThat(source.find("bob")).isPresent();
    assertThat(source.find("ada")).isEmpty();
    assertThat(source.recall("ada").orElseThrow()).isEmpty();

    write("bob:{PLAIN}x\nada\n");
    time.advance(Duration.ofSeconds(1));
    assertThat(source.find("bob")).isPresent();

    write("ada:{PLAIN}x\n#\n");
    time.advance(Duration.ofSeconds(1));
    assertThat(source.recall("ada")).as("nobody has looked").isEmpty();
    assertThat(source.find("ada")).isPresent();
    assertThat(source.recall("ada").orElseThrow()).isPresent();
  }

  /** Whoever was let in a moment ago, or did not exist, may not be so any more. */
  @Test
  void whoAsksFirstAfterAChangeHearsOfIt() throws Exception {
    ExecutorService workers = Executors.newFixedThreadPool(2);
    try {
      PasswdFileSource source =
          PasswdFileSource.open(
              write("ada:{PLAIN}x\n"), new PersonFields("CRYPT", new HashLimits(1024)), warnings);
      source.watch(new FileWatch(time, time, workers, new TableLog()));
      for (int i = 0; i < 20; i++) {
        String come = "come" + i;
        String gone = i == 0 ? "ada" : "come" + (i - 1);
        assertThat(source.find(gone)).isPresent();
        assertThat(source.recall(gone).orElseThrow()).isPresent();
        write(come + ":{PLAIN}x\n");
        time.advance(Duration.ofSeconds(1));

        assertThat(source.recall(come)).isEmpty();
        assertThat(source.recall(gone)).isEmpty();
        assertThat(workers.submit(() -> source.find(come)).get()).as(come).isPresent();
        assertThat(source.find(gone)).as(gone).isEmpty();
      }
    } finally {
      workers.shutdownNow();
    }
  }

  /** Nobody is told that somebody does not exist because a file is not there. */
  @Test
  void aFileThatWasNeverThereHasNoAnswer() {
    PasswdFileSource source =
        PasswdFileSource.open(
            folder.resolve("gone"), new PersonFields("CRYPT", new HashLimits(1024)), warnings);

    assertThatThrownBy(() -> source.find("ada")).isInstanceOf(LookupUnavailable.class);
    assertThatThrownBy(() -> source.recall("ada")).isInstanceOf(LookupUnavailable.class);
    assertThat(warnings).singleElement().asString().contains("there is no such file");
  }

  @Test
  void aLargeFileIsReadByWhoMayWait() {
    StringBuilder many = new StringBuilder("ada:{PLAIN}x\n");
    for (int i = 0; i < 4_000; i++) {
      many.append("user").append(i).append(":{PLAIN}secret:::::\n");
    }
    List<Runnable> workers = new ArrayList<>();
    PasswdFileSource source =
        PasswdFileSource.open(
            write(many.toString()), new PersonFields("CRYPT", new HashLimits(1024)), warnings);
    source.watch(new FileWatch(time, time, workers::add, new TableLog()));
    write(many.substring("ada:{PLAIN}x\n".length()));
    time.advance(Duration.ofSeconds(1));

    assertThat(source.find("ada")).isEmpty();
    assertThat(source.find("user3999")).isPresent();
    assertThat(workers).isEmpty();
  }
}
