package org.postroom.storage;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.auth.AccountId;
import org.postroom.core.mailbox.Flags;
import org.postroom.core.mailbox.MailStore;
import org.postroom.core.mailbox.Mailbox;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.storage.store.SqlStorage;

/**
 * Kills a process that runs a store, again and again; {@code -Dpostroom.kill.rounds=200} for long.
 */
@Tag("process")
@Tag("scaled")
class KilledStoreTest {
  @TempDir Path folder;

  private final Map<String, List<String>> delivered = new HashMap<>();
  private final Map<String, String> appended = new HashMap<>();
  private final Set<String> flagged = new HashSet<>();
  private final Set<String> expunged = new HashSet<>();

  @Test
  void findsEverythingAcknowledgedExactlyOnceAfterEachKill() throws Exception {
    int rounds = Integer.getInteger("postroom.kill.rounds", 4);
    Random random = new Random(4711);

    for (int round = 0; round < rounds; round++) {
      runAndKill(200 + random.nextInt(800));
      check();
    }

    assertThat(delivered).isNotEmpty();
    assertThat(appended).isNotEmpty();
  }

  /** Runs the store in a process of its own, and kills it after so many promises. */
  private void runAndKill(int promises) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElse("java"),
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                StoreUnderLoad.class.getName(),
                folder.resolve("data").toString(),
                "12")
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    int lines = 0;
    try (BufferedReader out = process.inputReader(US_ASCII)) {
      String line;
      while ((line = out.readLine()) != null) {
        note(line);
        if (++lines == promises) {
          process.toHandle().destroyForcibly(); // what it has said stays readable
        }
      }
    } finally {
      process.destroyForcibly();
    }
    process.waitFor();
    assertThat(lines).as("the process made promises").isGreaterThan(100);
  }

  private void note(String line) {
    String[] words = line.split(" ");
    switch (words[0]) {
      case "delivered" ->
          delivered.computeIfAbsent(words[1], account -> new ArrayList<>()).add(words[2]);
      case "appended" -> {
        if (words.length == 4) {
          assertThat(appended.put(words[1] + " " + words[2], words[3])).isNull();
        }
      }
      case "flagged" -> flagged.add(words[1] + " " + words[2]);
      case "expunged" -> expunged.add(words[1] + " " + words[2]);
      default -> assertThat(line).isEqualTo("ready");
    }
  }

  private void check() {
    try (SqlStorage store =
        SqlStorage.open(
            Storage.h2(folder.resolve("data")), Clock.systemUTC(), new SecureRandom())) {
      for (var account : store.accounts().list()) {
        checkInbox(store, account.id());
        checkSent(store, account.id());
      }
    }
  }

  private void checkInbox(SqlStorage store, AccountId account) {
    Mailbox inbox = store.mail().find(account, MailboxName.INBOX).orElseThrow();
    Set<String> found = new HashSet<>();
    store
        .mail()
        .read(
            inbox.id(),
            store.mail().snapshot(inbox.id()).uids(),
            EnumSet.of(MailStore.Detail.CONTENT),
            row -> {
              byte[] octets = row.content().orElseThrow().toBytes();
              String text = new String(octets, US_ASCII);
              int subject = text.indexOf("Subject: ");
              String id = text.substring(subject + 9, text.indexOf('\r', subject));
              assertThat(found.add(id)).as("%s is there once", id).isTrue();
              int size = octets.length - subject > 10_000 ? 100_000 : 500;
              assertThat(text.substring(subject).getBytes(US_ASCII))
                  .isEqualTo(StoreUnderLoad.text(id, size));
            });
    assertThat(found)
        .containsAll(delivered.getOrDefault(Integer.toString(account.value()), List.of()));
    assertThat(inbox.messages()).isEqualTo(found.size());
  }

  private void checkSent(SqlStorage store, AccountId account) {
    Mailbox sent = store.mail().find(account, MailboxName.of("Sent")).orElseThrow();
    Map<String, String> found = new HashMap<>();
    Set<String> flags = new HashSet<>();
    store
        .mail()
        .read(
            sent.id(),
            store.mail().snapshot(sent.id()).uids(),
            EnumSet.of(MailStore.Detail.CONTENT),
            row -> {
              String text = new String(row.content().orElseThrow().toBytes(), US_ASCII);
              String key = account.value() + " " + row.uid();
              String id = text.substring(9, text.indexOf('\r'));
              assertThat(text.getBytes(US_ASCII)).isEqualTo(StoreUnderLoad.text(id, 300));
              found.put(key, id);
              if ((row.systemFlags() & Flags.FLAGGED) != 0) {
                flags.add(key);
              }
            });
    appended.forEach(
        (key, id) -> {
          if (key.startsWith(account.value() + " ") && !expunged.contains(key)) {
            // One that was being expunged when the process died may be there or not.
            if (found.containsKey(key)) {
              assertThat(found).containsEntry(key, id);
            } else {
              assertThat(flagged).doesNotContain(key);
            }
          }
        });
    for (String key : flagged) {
      if (key.startsWith(account.value() + " ")) {
        assertThat(flags).contains(key);
      }
    }
    assertThat(found.keySet()).doesNotContainAnyElementsOf(expunged);
  }
}
