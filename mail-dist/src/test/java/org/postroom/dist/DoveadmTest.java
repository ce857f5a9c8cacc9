package org.postroom.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.testing.Until;
import org.postroom.dist.applet.AppletRun;

/** What doveadm says and does: its words, and its exit statuses. */
@Tag("process")
@Timeout(120)
final class DoveadmTest {
  private static final byte[] MAIL =
      "Subject: x\r\n y\r\nKeywords: a\r\nKeywords: b\r\n\r\nbody\r\n\r\n".getBytes(UTF_8);

  private static final String PLAIN =
      Base64.getEncoder().encodeToString("\0ada@example.org\0secret".getBytes(UTF_8));

  @TempDir private Path folder;
  private final SoftAssertions softly = new SoftAssertions();
  private Path main;

  @BeforeEach
  void describe() throws IOException {
    main =
        Files.writeString(
            folder.resolve("main.cf"),
            """
            compatibility_level = 3.6
            myhostname = mail.example.org
            inet_interfaces = loopback-only
            virtual_mailbox_domains = example.org
            auth_failure_delay = 0s
            """,
            UTF_8);
  }

  private AppletRun run(String words) {
    List<String> all = new ArrayList<>(List.of("doveadm", "-c", main.toString()));
    for (String word : words.split(" ")) {
      all.add(word.replace('~', ' '));
    }
    return AppletRun.of(all.toArray(new String[0]));
  }

  private void says(String words, String said) {
    AppletRun run = run(words);
    softly.assertThat(run.said()).as(words).isEqualTo(said);
    softly.assertThat(run.status()).as(words).isZero();
  }

  private void ends(String words, int status, String said) {
    AppletRun run = run(words);
    softly.assertThat(run.said()).as(words).isEqualTo(said);
    softly.assertThat(run.status()).as(words).isEqualTo(status);
  }

  private void fails(String words, int status, String said) {
    AppletRun run = run(words);
    softly.assertThat(run.said()).as(words).contains(said);
    softly.assertThat(run.status()).as(words).isEqualTo(status);
  }

  @Test
  void asksTheServerThatRuns() throws IOException {
    try (MailServer server =
        MailServer.builder()
            .configuration(main)
            .listen(Role.MX, 0)
            .listen(Role.SUBMISSION, 0)
            .listen(Role.IMAP, 0)
            .listen(Role.POP3, 0)
            .set("smtpd_tls_auth_only", "no")
            .account("ada@example.org", "secret")
            .account("bob@example.org", "secret")
            .start()) {
      try (SmtpDialogue smtp = SmtpDialogue.open(server.address(Role.MX).getPort())) {
        softly.assertThat(smtp.send("x@far.test", "ada@example.org", MAIL)).startsWith("250 ");
      }
      people();
      mailboxes();
      counts();
      queries();
      messages();
      moves();
      sessions(server);
      softly
          .assertThat(run("service status").said())
          .contains("process: ")
          .contains("listens: 127.0.0.1:");
      Path dovecot =
          Files.writeString(folder.resolve("dovecot.conf"), "login_greeting = Hello\n", UTF_8);
      softly
          .assertThat(run("config -c " + dovecot + " -h login_greeting").said())
          .isEqualTo("Hello\n");
      softly.assertThat(run("config").said()).doesNotContain("Usage:"); // all of the usual file
      says("reload", "");
      fails("stop", 75, "it is part of another program");
    }
    fails("reload", 75, "no server runs on ");
    says("mailbox list -u bob@example.org INBOX", "INBOX\n");
    softly.assertAll();
  }

  private void people() {
    says("user *", "ada@example.org\nbob@example.org\n");
    says("-f tab user -f user Ada@example.org", "ada@example.org\n");
    says("user -f nosuch ada@example.org", "");
    softly
        .assertThat(run("user ada@example.org").said())
        .startsWith("field\tvalue\nuser\tada@example.org\n")
        .contains("source\tsql\n");
    fails("user eve@example.org", 67, "userdb lookup: user eve@example.org doesn't exist");
    says(
        "auth test ada@example.org secret",
        "passdb: ada@example.org auth succeeded\nextra fields:\n  user=ada@example.org\n");
    ends(
        "auth test ada@example.org Secret",
        77,
        "passdb: ada@example.org auth failed\nextra fields:\n  user=ada@example.org\n");
    fails("auth test eve@example.org secret", 77, "auth failed\n");
    fails("auth", 64, "doveadm auth test|login");
    quotas();
  }

  private void quotas() {
    softly.assertThat(AppletRun.of(quotaOf("bob@example.org")).status()).isZero();
    says(
        "quota get -u ada@example.org",
        """
        Quota name Type    Value Limit %
        User quota STORAGE     1     - 0
        User quota MESSAGE     1     - 0
        """);
    says(
        "quota get -A",
        """
        Username        Quota name Type    Value Limit %
        ada@example.org User quota STORAGE     1     - 0
        ada@example.org User quota MESSAGE     1     - 0
        bob@example.org User quota STORAGE     0  1024 0
        bob@example.org User quota MESSAGE     0     - 0
        """);
    says(
        "-f json quota get -u b*",
        """
        [{"username":"bob@example.org","root":"User quota","type":"STORAGE","value":"0",\
        "limit":"1024","percent":"0"},\
        {"username":"bob@example.org","root":"User quota","type":"MESSAGE","value":"0",\
        "limit":"-","percent":"0"}]
        """);
    says("user -f quota_rule bob@example.org", "*:storage=1M\n");
    says("quota recalc -A", "");
    says("quota get -u nobody*", "");
    fails("quota", 64, "doveadm quota get|recalc");
    fails("quota get", 64, "expected -u USER, or -A for all");
    fails(
        "quota get -u eve@example.org", 67, "doveadm(eve@example.org): Error: User doesn't exist");
  }

  private String[] quotaOf(String login) {
    return new String[] {"quota", "set", "-c", main.toString(), "-u", login, "storage=1M"};
  }

  private void mailboxes() {
    String ada = " -u ada@example.org ";
    says("mailbox create" + ada + "Work Work/2026 Sent~Messages", "");
    // The others are made all the same.
    ends(
        "mailbox create" + ada + "Work Extra",
        65,
        "doveadm(ada@example.org): Error: Can't create mailbox Work: Mailbox Work exists already\n");
    says("mailbox delete" + ada + "Extra", "");
    says(
        "mailbox list" + ada,
        "INBOX\nArchive\nDrafts\nJunk\nSent\nSent Messages\nTrash\nWork\nWork/2026\n");
    says("mailbox list" + ada + "W% S*", "Sent\nSent Messages\nWork\n");
    says("mailbox list" + ada + "inbox", "INBOX\n");
    says("mailbox list" + ada + "nosuch", "");
    says("mailbox subscribe" + ada + "Work", "");
    says("mailbox list -s" + ada + "W*", "Work\n");
    says("mailbox rename -s" + ada + "Work Labour", "");
    says("mailbox list -s" + ada + "W* L*", "Labour\n");
    says("mailbox rename -s" + ada + "Labour Work", "");
    says("mailbox unsubscribe" + ada + "Work", "");
    says("mailbox list -s" + ada + "W*", "");
    says("mailbox rename" + ada + "Work/2026 Work/25", "");
    fails("mailbox rename" + ada + "Nobody Some", 68, "Can't rename mailbox Nobody to Some: ");
    fails("mailbox rename" + ada + "Work Work/25", 65, "Can't rename mailbox Work to Work/25: ");
    says("mailbox delete" + ada + "Sent~Messages", "");
    fails("mailbox delete" + ada + "Nobody", 68, "Can't delete mailbox Nobody: ");
    fails("mailbox delete" + ada + "INBOX", 65, "Can't delete mailbox INBOX: ");
    fails("mailbox list -u eve@example.org", 67, "User doesn't exist");
    for (String word : List.of("list", "create X", "delete X", "rename X Y", "status all *")) {
      fails("mailbox " + word, 64, "expected -u USER, or -A for all");
    }
    fails("mailbox list -A -u ada@example.org", 64, "expected -u USER, or -A for all");
    fails("mailbox list -S /run/socket -A", 64, "invalid option -- 'S'");
    fails("mailbox list -u", 64, "option requires an argument -- 'u'");
    fails("mailbox", 64, "usage: doveadm");
    fails("mailbox nosuch", 64, "usage: doveadm");
    fails("nosuch", 64, "there is no command nosuch");
    fails("-o x=y user *", 64, "invalid option -- 'o'");
    says("mailbox mutf7 Entw\u00fcrfe", "Entw&APw-rfe\n");
    says("mailbox mutf7 -7 Entw&APw-rfe", "Entw\u00fcrfe\n");
    fails("mailbox mutf7 -7 Entw&AP", 65, "Mailbox name not valid mUTF-7: Entw&AP");
    says("force-resync" + ada + "*", "");
    fails("index INBOX", 64, "expected -u USER, or -A for all");
  }

  private void counts() {
    String ada = " -u ada@example.org ";
    says("mailbox status" + ada + "messages~unseen INBOX", "INBOX messages=1 unseen=1\n");
    says("mailbox status -t" + ada + "messages *", "messages=1\n");
    says("mailbox status" + ada + "messages Nob*", "");
    says(
        "mailbox status -A messages INBOX",
        "ada@example.org INBOX messages=1\nbob@example.org INBOX messages=0\n");
    softly
        .assertThat(run("mailbox status" + ada + "all INBOX").said())
        .matches(
            "INBOX messages=1 recent=1 uidnext=2 uidvalidity=\\d+ unseen=1 highestmodseq=\\d+"
                + " vsize=\\d+ guid=[0-9a-f]{32}\\R");
    fails("mailbox status" + ada + "bogus INBOX", 64, "Unknown status field: bogus");
    fails("mailbox status -t" + ada + "guid *", 64, "Status field guid can't be used with -t");
    fails("mailbox status" + ada + "messages", 64, "doveadm mailbox status [-u <user>|-A]");
    ends(
        "mailbox status" + ada + "messages Nobody Work",
        68,
        "doveadm(ada@example.org): Error: Mailbox Nobody: Failed to lookup mailbox status:"
            + " Mailbox doesn't exist: Nobody\nWork messages=0\n");
  }

  private void sessions(MailServer server) throws IOException {
    says("-f tab who", "username\t#\tproto\t(pids)\t(ips)\n");
    says("who", "username # proto (pids) (ips)\n");
    ends("kick *", 68, "no users kicked\n");
    ends("-f json kick *", 68, "[]\nno users kicked\n");
    fails("kick", 64, "doveadm [-f <formatter>] kick <user mask>|<ip[/bits]> [...]");
    fails("who -x", 64, "invalid option -- 'x'");
    fails("who 127.0.0.1/8", 64, "127.0.0.0/8");
    try (ImapDialogue first = imap(server, "ada@example.org");
        ImapDialogue second = imap(server, "ada@example.org");
        ImapDialogue other = imap(server, "bob@example.org");
        Pop3Dialogue pop =
            Pop3Dialogue.open(server.address(Role.POP3).getPort(), "ada@example.org", "secret");
        SmtpDialogue smtp = SmtpDialogue.open(server.address(Role.SUBMISSION).getPort())) {
      softly.assertThat(smtp.say("AUTH PLAIN " + PLAIN)).startsWith("235 ");
      String one = "\\d+";
      softly
          .assertThat(run("-f tab who a*").said())
          .matches(
              "username\t#\tproto\t\\(pids\\)\t\\(ips\\)\n"
                  + "ada@example.org\t2\timap\t\\(S S\\)\t\\(127.0.0.1\\)\n".replace("S", one)
                  + "ada@example.org\t1\tpop3\t\\(S\\)\t\\(127.0.0.1\\)\n".replace("S", one)
                  + "ada@example.org\t1\tsmtp\t\\(S\\)\t\\(127.0.0.1\\)\n".replace("S", one));
      softly
          .assertThat(run("who -1 127.0.0.0/8 b*").said())
          .matches("username        proto pid *ip\nbob@example.org imap  \\d+ 127.0.0.1\n");
      softly.assertThat(run("who 192.0.2.1").said()).doesNotContain("example.org");
      softly
          .assertThat(run("-f json who b*").said())
          .matches(
              "\\[\\{\"username\":\"bob@example.org\",\"connections\":\"1\",\"service\":\"imap\","
                  + "\"pids\":\"\\(\\d+\\)\",\"ips\":\"\\(127.0.0.1\\)\"}]\n");

      says(
          "kick ada@example.org 127.0.0.1",
          "kicked connections from the following users:\nada@example.org \n");

      softly.assertThatThrownBy(() -> first.ok("NOOP")).isInstanceOf(IOException.class);
      softly.assertThatThrownBy(() -> second.ok("NOOP")).isInstanceOf(IOException.class);
      softly.assertThatThrownBy(() -> pop.ok("NOOP")).isInstanceOf(IOException.class);
      softly.assertThatThrownBy(() -> smtp.say("NOOP")).isInstanceOf(IOException.class);
      other.ok("NOOP");
      softly
          .assertThat(run("who").said())
          .contains("bob@example.org 1 imap")
          .doesNotContain("ada@");
      says("-f tab kick b*", "result\nbob@example.org\n");
    }
    Until.so(() -> keptSessions(server) == 0);
    leavesNothing(server);
  }

  /** Whoever leaves is forgotten at once, and not when somebody asks. */
  private static void leavesNothing(MailServer server) throws IOException {
    try (ImapDialogue imap = imap(server, "ada@example.org");
        ImapDialogue gone = imap(server, "ada@example.org");
        Pop3Dialogue pop =
            Pop3Dialogue.open(server.address(Role.POP3).getPort(), "ada@example.org", "secret");
        SmtpDialogue smtp = SmtpDialogue.open(server.address(Role.SUBMISSION).getPort())) {
      assertThat(smtp.say("AUTH PLAIN " + PLAIN)).startsWith("235 ");
      assertThat(keptSessions(server)).isEqualTo(4);

      imap.ok("LOGOUT");

      assertThat(keptSessions(server)).isEqualTo(3);
      gone.ok("SELECT INBOX");
      pop.ok("NOOP");
    }
    Until.so(() -> keptSessions(server) == 0);
  }

  private static int keptSessions(MailServer server) {
    return server.running().foundation().logIns().sessions().kept();
  }

  private static ImapDialogue imap(MailServer server, String login) throws IOException {
    ImapDialogue client = ImapDialogue.open(server.address(Role.IMAP).getPort());
    client.ok("LOGIN " + login + " secret");
    return client;
  }

  private void queries() {
    String ada = "search -u ada@example.org ";
    for (String found :
        List.of(
            "all",
            "mailbox inbox subject x unseen",
            "( mailbox INBOX or mailbox Work ) uid 1",
            "not ( seen or flagged ) since 2d")) {
      softly.assertThat(run(ada + found).said()).as(found).matches("[0-9a-f]{32} 1\\R");
    }
    for (String none :
        List.of("mailbox Work all", "mailbox Nob* all", "not mailbox INBOX", "before 2w")) {
      says(ada + none, "");
    }
    says("-f tab search -A subject nothing", "Username\tmailbox-guid\tuid\n");
    says("-f json search -A subject nothing", "[]\n");
    fails("-f xml search -A all", 75, "Unknown print formatter: xml");
    fails(ada + "bogus", 75, "Unknown argument BOGUS");
    fails(ada + "uid 99999999999", 75, "doveadm(ada@example.org): Error: ");
    fails(ada.strip(), 64, "doveadm search");
    fails("search all", 64, "expected -u USER, or -A for all");
    ends(
        ada + "mailbox Nobody all",
        68,
        "doveadm(ada@example.org): Error: Mailbox doesn't exist: Nobody\n");
  }

  private void messages() {
    String ada = " -u ada@example.org ";
    says(
        "fetch" + ada + "uid~mailbox~flags~hdr.subject~hdr.keywords~hdr.to~body since 2d not seen",
        "uid: 1\nmailbox: INBOX\nflags: \nhdr.subject: x\n y\nhdr.keywords: a\nb\nhdr.to: \nbody:\nbody\n\n");
    softly
        .assertThat(run("fetch" + ada + "hdr~text~size.virtual uid 1").said())
        .matches(
            "(?s)hdr:\n.*Subject: x\n y\nKeywords: a\nKeywords: b\n\ntext:\n.*\n\nbody\n\nsize.virtual: \\d+\n");
    says("-f tab fetch" + ada + "uid~hdr.subject all", "uid\thdr.subject\n1\tx\\n y\n");
    says(
        "-f json fetch" + ada + "uid~hdr.subject all",
        "[{\"uid\":\"1\",\"hdr.subject\":\"x\\n y\"}]\n");
    fails("-f table fetch" + ada + "body all", 75, "table formatter doesn't support multi-line");
    says("fetch -A uid~flags all", "ada@example.org\nuid: 1\nflags: \n");
    says("fetch" + ada + "uid subject nothing", "");
    fails("fetch" + ada + "bogus all", 75, "Unknown fetch field: bogus");
    fails("fetch" + ada + "uid", 64, "doveadm fetch");
    fails("fetch uid all", 64, "expected -u USER, or -A for all");
    says("flags add" + ada + "\\Seen~todo all", "");
    says("fetch" + ada + "flags seen keyword todo", "flags: \\Seen todo\n");
    says("flags remove" + ada + "todo all", "");
    says("fetch" + ada + "flags all", "flags: \\Seen\n");
    says("flags replace" + ada + "\\Flagged all", "");
    says("fetch" + ada + "flags all", "flags: \\Flagged\n");
    fails("flags add" + ada + "\\Bogus all", 75, "Invalid system flag: \\Bogus");
    fails("flags set" + ada + "x all", 64, "flags add|remove|replace");
    fails("flags add x all", 64, "expected -u USER, or -A for all");
  }

  private void moves() {
    String ada = " -u ada@example.org ";
    says("copy" + ada + "Work mailbox INBOX all", "");
    counted("Work messages=1\nWork/25 messages=0\nINBOX messages=1\n");
    // What is copied is not found again.
    says("copy" + ada + "Work mailbox * all", "");
    counted("Work messages=3\nWork/25 messages=0\nINBOX messages=1\n");
    says("move" + ada + "Work mailbox INBOX uid 1", "");
    counted("Work messages=4\nWork/25 messages=0\nINBOX messages=0\n");
    says("move" + ada + "inbox mailbox Work uid 4", "");
    counted("Work messages=3\nWork/25 messages=0\nINBOX messages=1\n");
    fails("move" + ada + "Nobody mailbox Work all", 68, "Mailbox doesn't exist: Nobody");
    fails("copy" + ada + "Nobody all", 68, "Mailbox doesn't exist: Nobody");
    fails("move" + ada + "Work all", 64, "must contain MAILBOX in all search branches");
    fails("move Work mailbox INBOX all", 64, "expected -u USER, or -A for all");
    fails("expunge" + ada + "all", 64, "must contain MAILBOX in all search branches");
    fails("expunge" + ada + "mailbox Work", 64, "something else besides MAILBOX");
    fails("expunge mailbox Work all", 64, "expected -u USER, or -A for all");
    fails("expunge -u eve@example.org mailbox Work all", 67, "User doesn't exist");
    says("expunge" + ada + "mailbox Work uid 99", "");
    counted("Work messages=3\nWork/25 messages=0\nINBOX messages=1\n");
    says("expunge" + ada + "mailbox W* uid 1", "");
    counted("Work messages=2\nWork/25 messages=0\nINBOX messages=1\n");
    // Bob has no such mailbox, which keeps nobody's mail from being removed.
    softly.assertThat(run("mailbox delete -u bob@example.org Archive").status()).isZero();
    says("copy" + ada + "Archive mailbox Work all", "");
    says("mailbox create -u bob@example.org Zoo", "");
    ends(
        "expunge -A mailbox Work all",
        68,
        "doveadm(bob@example.org): Error: Mailbox doesn't exist: Work\n");
    counted("Work messages=0\nWork/25 messages=0\nINBOX messages=1\n");
    ends(
        "expunge -A mailbox Archive all",
        68,
        "doveadm(bob@example.org): Error: Mailbox doesn't exist: Archive\n");
    ends(
        "mailbox delete -A Zoo",
        68,
        "doveadm(ada@example.org): Error: Can't delete mailbox Zoo: "
            + "ada@example.org has no mailbox Zoo\n");
    says("mailbox list -A Zoo", "");
  }

  private void counted(String said) {
    says("mailbox status -u ada@example.org messages W* INBOX", said);
  }
}
