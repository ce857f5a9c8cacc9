package org.postroom.core.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postroom.core.auth.AccountId;
import org.postroom.core.mailbox.FlagChange;
import org.postroom.core.mailbox.Flags;
import org.postroom.core.mailbox.InternalDate;
import org.postroom.core.mailbox.Keyword;
import org.postroom.core.mailbox.MailboxId;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.mailbox.NewMessage;
import org.postroom.core.mailbox.UidSet;
import org.postroom.core.people.Quota;
import org.postroom.core.refusal.StorageFull;
import org.postroom.core.refusal.StorageUnavailable;
import org.postroom.core.secret.Secret;

/**
 * What stands behind {@code given} and {@code when} in transcripts, and what it means for a {@link
 * House}. A sentence is one row here, whatever houses there are. Mailboxes are ada's.
 */
public final class Sentences {
  private static final InternalDate DATE =
      InternalDate.of(OffsetDateTime.parse("2024-02-01T09:05:00+01:00"));

  /** How the house is built. */
  private static final List<Sentence> BUILT =
      List.of(
          sentence("a log-in", (house, said) -> house.loggedIn()),
          sentence("a connection in clear", (house, said) -> house.inClear()),
          sentence("clients from elsewhere", (house, said) -> house.fromElsewhere()),
          sentence("tokens", (house, said) -> house.tokens()),
          sentence("no certificate", (house, said) -> house.withoutCertificate()),
          sentence(
              "a store that fails at (\\w+)",
              (house, said) ->
                  house.failAt(said.group(1), new StorageUnavailable("the test's store fails"))),
          sentence(
              "a store that is full at (\\w+)",
              (house, said) ->
                  house.failAt(said.group(1), new StorageFull("the test's store is full"))),
          sentence("role (\\w+)", (house, said) -> house.role(said.group(1))),
          sentence("(\\w+) ?= ?(.*)", (house, said) -> house.set(said.group(1), said.group(2))));

  /** What is in it, or comes in. */
  private static final List<Sentence> FURNISHED =
      List.of(
          sentence(
              "message (.*)",
              (house, said) -> deliver(house, "INBOX", List.of(unescaped(said.group(1))))),
          sentence(
              "(\\d+) messages? (?:arrives? )?in (.+)",
              (house, said) -> number(house, said.group(2), Integer.parseInt(said.group(1)))),
          sentence(
              "file (\\S+) in (.+)",
              (house, said) -> deliver(house, said.group(2), List.of(file(said.group(1))))),
          sentence(
              "mailbox (.+)",
              (house, said) ->
                  house.mail().create(ada(house), name(said.group(1)), Optional.empty())),
          sentence(
              "subscription (.+)",
              (house, said) -> house.mail().subscribe(ada(house), name(said.group(1)))),
          sentence(
              "quota (\\d+)",
              (house, said) ->
                  house.accounts().setQuota(ada(house), Long.parseLong(said.group(1)))),
          sentence(
              "quota (\\d+) and (\\d+) messages",
              (house, said) ->
                  house
                      .accounts()
                      .setQuota(
                          ada(house),
                          new Quota(Long.parseLong(said.group(1)), Long.parseLong(said.group(2))))),
          sentence(
              "quota (\\d+) for (\\S+)",
              (house, said) ->
                  house
                      .accounts()
                      .setQuota(
                          house.accounts().byLogin(said.group(2)).orElseThrow().id(),
                          Long.parseLong(said.group(1)))),
          sentence(
              "(\\S+) on (\\d+) in (.+)",
              (house, said) ->
                  flag(house, said.group(3), Long.parseLong(said.group(2)), said.group(1))),
          sentence(
              "(\\S+), whose password is (.+)",
              (house, said) -> house.accounts().add(said.group(1), Secret.of(said.group(2)))),
          sentence(
              "(\\S+), who may not log in",
              (house, said) ->
                  house
                      .accounts()
                      .setEnabled(
                          house.accounts().add(said.group(1), Secret.of("hush")).id(), false)));

  /** What happens to it. */
  private static final List<Sentence> HAPPENED =
      List.of(
          sentence(
              "(\\d+) seconds pass",
              (house, said) -> house.pass(Duration.ofSeconds(Long.parseLong(said.group(1))))),
          sentence(
              "(\\d+) in (.+) is expunged",
              (house, said) ->
                  house
                      .mail()
                      .expunge(
                          mailbox(house, said.group(2)), UidSet.of(Long.parseLong(said.group(1))))),
          sentence(
              "(.+) is deleted",
              (house, said) -> house.mail().delete(mailbox(house, said.group(1)))),
          sentence("expunged messages are forgotten", (house, said) -> house.forgetExpunged()),
          sentence("a guess fails elsewhere", (house, said) -> house.guess()),
          sentence("the server stops", (house, said) -> house.stop()));

  private Sentences() {}

  private record Sentence(Pattern words, Meaning meaning) {}

  private interface Meaning {
    void apply(House house, MatchResult said);
  }

  private static Sentence sentence(String words, Meaning meaning) {
    return new Sentence(Pattern.compile(words), meaning);
  }

  /** Makes it so: {@code given}. */
  public static void given(House house, String words) {
    if (!apply(BUILT, house, words) && !apply(FURNISHED, house, words)) {
      throw new IllegalArgumentException("Not understood: given " + words);
    }
  }

  /** Whether the words say how a house is built, and not what is in it. */
  public static boolean isOfBuilding(String words) {
    return BUILT.stream().anyMatch(sentence -> sentence.words().matcher(words).matches());
  }

  /** Lets it happen: {@code when}. What sessions do now is done first, so that timers stand. */
  public static void when(House house, String words) {
    house.settle();
    if (!apply(FURNISHED, house, words) && !apply(HAPPENED, house, words)) {
      throw new IllegalArgumentException("Not understood: when " + words);
    }
  }

  private static boolean apply(List<Sentence> sentences, House house, String words) {
    for (Sentence sentence : sentences) {
      Matcher said = sentence.words().matcher(words);
      if (said.matches()) {
        sentence.meaning().apply(house, said);
        return true;
      }
    }
    return false;
  }

  /** A mailbox of ada's, which must be there. */
  public static MailboxId mailbox(House house, String name) {
    return house.mail().find(ada(house), name(name)).orElseThrow().id();
  }

  /** Puts messages into a mailbox of ada's, in one go. */
  public static void deliver(House house, String mailbox, List<byte[]> messages) {
    List<NewMessage> all = new ArrayList<>();
    for (byte[] octets : messages) {
      all.add(new NewMessage(StagedOctets.of(octets), 0, Set.of(), DATE));
    }
    house.mail().append(mailbox(house, mailbox), all);
  }

  private static AccountId ada(House house) {
    return house.accounts().byLogin("ada").orElseThrow().id();
  }

  private static MailboxName name(String text) {
    return MailboxName.of(text);
  }

  private static void number(House house, String mailbox, int count) {
    for (int i = 1; i <= count; i++) {
      String message = "Subject: m" + i + "\r\n\r\nbody " + i + "\r\n";
      deliver(house, mailbox, List.of(message.getBytes(ISO_8859_1)));
    }
  }

  private static void flag(House house, String mailbox, long uid, String flag) {
    FlagChange change =
        switch (flag) {
          case "\\Seen" -> FlagChange.add(Flags.SEEN);
          case "\\Flagged" -> FlagChange.add(Flags.FLAGGED);
          case "\\Answered" -> FlagChange.add(Flags.ANSWERED);
          case "\\Draft" -> FlagChange.add(Flags.DRAFT);
          case "\\Deleted" -> FlagChange.add(Flags.DELETED);
          default -> new FlagChange(FlagChange.Mode.ADD, 0, Set.of(new Keyword(flag)));
        };
    house.mail().store(mailbox(house, mailbox), UidSet.of(uid), change, Long.MAX_VALUE);
  }

  private static byte[] unescaped(String text) {
    return text.replace("\\n", "\r\n")
        .replace("\\0", "\0")
        .replace("\\empty", "")
        .getBytes(ISO_8859_1);
  }

  /** A message out of the resources, its line ends made CRLF. */
  private static byte[] file(String path) {
    try (InputStream in = Sentences.class.getResourceAsStream(path)) {
      if (in == null) {
        throw new IllegalArgumentException("There is no file " + path);
      }
      return new String(in.readAllBytes(), ISO_8859_1).replace("\n", "\r\n").getBytes(ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
