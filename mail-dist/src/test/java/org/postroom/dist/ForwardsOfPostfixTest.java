package org.postroom.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postroom.core.testing.FreePorts;
import org.postroom.core.testing.Shows;
import org.postroom.core.testing.Until;

/**
 * Who gets the mail of a user who says where it goes, beside who gets it where Postfix, as the
 * system has it, reads the same file. Needs root, as Postfix does; the users are those that every
 * Debian has. Of the questions one in {@code postroom.forwards} is asked, in the long tests all.
 */
@Tag("process")
@Tag("scaled")
@Timeout(180)
final class ForwardsOfPostfixTest {
  /** Whose file it is, and another one. */
  private static final String HE = "games";

  private static final String SHE = "news";

  private static final int ONE_IN = Integer.getInteger("postroom.forwards", 3);

  private static final String PLAIN = "Subject: hello\r\n\r\nhello\r\n";

  private static final List<String> USERS = List.of(HE, SHE);

  /** What is there in the place of a file. */
  private static final String LINK = "(a link)";

  private static final String FOLDER = "(a folder)";

  // Why we differ.
  private static final String NO_ADDRESS =
      "what is no address as it stands has mail wait until somebody mends it";
  private static final String MENDED = "what may be mended has mail wait, and not be returned";
  private static final String NONE =
      "where nothing comes of a file, he gets his mail as if it were not there";
  private static final String NOT_REWRITTEN = "% and ! in addresses are for nobody";
  private static final String ONCE = "a circle is seen before the mail has gone round";

  @TempDir private Path folder;
  private Path shared;

  /** One of the two, with folders of its own. */
  private abstract class Side implements AutoCloseable {
    final Path home;
    final RelayHop hop = RelayHop.open(Clock.systemUTC());

    /** Where users say where their mail goes. */
    final Path files;

    /** Where their programs and files write. */
    final Path out;

    Side(String name) throws IOException {
      home = Files.createDirectory(folder.resolve(name));
      files = Files.createDirectory(home.resolve("forward"));
      open(files, "rwxr-xr-x");
      out = Files.createDirectory(home.resolve("out"));
    }

    /**
     * Hands over a mail and waits until nothing more becomes of it: {@code waits} where some of it
     * does, {@code returned} where the client hears what a report would say.
     */
    abstract Optional<String> deliver(String recipient, String content) throws Exception;

    /** Whose mailbox how many mails have come to since this was asked last. */
    abstract Map<String, Integer> mailboxes() throws Exception;

    /** What both are told. */
    String settings() {
      return """
          myhostname = mail.here.test
          mydestination = here.test, mail.here.test
          mynetworks = 127.0.0.0/8
          recipient_delimiter = +
          relayhost = HOP
          forward_path = FILES/$user${recipient_delimiter}${extension}, FILES/$user
          default_privs = nobody
          notify_classes =
          """
          .replace("HOP", hop.name())
          .replace("FILES", files.toString());
    }

    @Override
    public void close() throws IOException {
      hop.close();
    }
  }

  /** One question to both. */
  private static final class Case {
    private final String name;
    private final Map<String, String> texts = new LinkedHashMap<>();
    private String recipient = HE;
    private String content = PLAIN;
    private String owner = ""; // who it is about
    private String permissions = "rw-r--r--";
    private String ours = "";
    private String because = "";

    Case(String name, String text) {
      this.name = name;
      texts.put(HE, text);
    }

    /** What stands in another file of those that say where mail goes. */
    Case and(String file, String text) {
      texts.put(file, text);
      return this;
    }

    Case to(String other) {
      recipient = other;
      return this;
    }

    Case mail(String other) {
      content = other;
      return this;
    }

    Case of(String other) {
      owner = other;
      return this;
    }

    Case mode(String other) {
      permissions = other;
      return this;
    }

    /** Ours is another answer than Postfix's, for a reason. */
    Case differs(String answer, String why) {
      ours = answer;
      because = why;
      return this;
    }
  }

  private static Case is(String name, String text) {
    return new Case(name, text);
  }

  private static List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    cases.addAll(
        List.of(
            is("an address", "x@far.test\n"),
            is("an address without a line's end", "x@far.test"),
            is("commas", "x@far.test, y@far.test,z@far.test\n"),
            is("lines", "x@far.test\ny@far.test\n"),
            is("lines with CR", "x@far.test\r\ny@far.test\r\n"),
            is("blanks", "x@far.test y@far.test\n"),
            is("commas too many", ",x@far.test,,y@far.test,\n"),
            is("twice", "x@far.test, x@far.test, X@FAR.test\n"),
            is("angle brackets", "<x@far.test>\n"),
            is("a name", "Joe User <x@far.test>\n"),
            is("names", "\"User, Joe\" <x@far.test>, Ann <y@far.test>\n"),
            is("an address for a name", "x@far.test <y@far.test>\n"),
            is("names without commas", "Joe <x@far.test> Ann <y@far.test>\n"),
            is("an address behind one with a name", "Joe <x@far.test> y@far.test\n"),
            is("empty brackets", "<>\n").differs("waits", NO_ADDRESS),
            is("a comment within", "x(at home)@far.test\n"),
            is("a comment behind", "x@far.test (at home)\n"),
            is("a comment before", "(at home) x@far.test\n"),
            is("lines of comments", "# away\nx@far.test\n#y@far.test\n"),
            is("a comment after a blank", " # away\nx@far.test\n"),
            is("a hash behind", "x@far.test # away\n"),
            is("a group", "friends: x@far.test, y@far.test;\n").differs("waits", NO_ADDRESS),
            is("an empty file", ""),
            is("empty lines", "\n\n \n"),
            is("comments alone", "# nothing\n# at all\n"),
            is("a quoted local part", "\"a b\"@far.test\n"),
            is("a quoted address", "\"x@far.test\"\n"),
            is("a quoted at", "\"x@y\"@far.test\n"),
            is("a backslash within", "x\\y@far.test\n").differs("waits", NO_ADDRESS),
            is("percent", "x%far.test\n").differs("returned", NOT_REWRITTEN),
            is("bang", "far.test!x\n").differs("returned", NOT_REWRITTEN),
            is("a dash in front", "-x@far.test\n")
                .differs("-x@far.test", "an address is no word of a command here"),
            is("no domain", "x@\n").differs("waits", NO_ADDRESS),
            is("no local part", "@far.test\n").differs("waits", NO_ADDRESS),
            is("two domains", "x@y@far.test\n").differs("waits", NO_ADDRESS),
            is("an open quote", "\"x@far.test\n").differs("waits", NO_ADDRESS),
            is("a bad one beside a good one", "x@far.test, y@, z@far.test\n")
                .differs("waits", NO_ADDRESS),
            is("a name that nobody has", "nosuchuser\n"),
            is("a name that nobody has beside another", "nosuchuser, x@far.test\n")));
    cases.addAll(
        List.of(
            is("himself", HE + "\n"),
            is("himself and another", HE + ", x@far.test\n"),
            is("himself by his address", HE + "@here.test, x@far.test\n"),
            is("himself by another name of ours", HE + "@mail.here.test\n"),
            is("himself in capitals", "GAMES\n"),
            is("himself with a backslash", "\\" + HE + "\n"),
            is("himself with a backslash and another", "\\" + HE + ", x@far.test\n"),
            is("his address with a backslash", "\\" + HE + "@here.test\n"),
            is("his extension", HE + "+kept\n"),
            is("her", SHE + "\n"),
            is("her with a file", SHE + "\n").and(SHE, "y@far.test\n"),
            is("her with a backslash", "\\" + SHE + "\n")
                .and(SHE, "y@far.test\n")
                .differs(
                    "mailbox news",
                    "who has a backslash gets it himself: so aliases(5) says, and sendmail does"),
            is("both", "\\" + HE + ", " + SHE + "\n"),
            is("a circle", SHE + "\n").and(SHE, HE + "\n"),
            is("a circle beside another", SHE + ", x@far.test\n")
                .and(SHE, HE + "\n")
                .differs("returned, x@far.test", ONCE),
            is("a circle with a copy", "\\" + HE + ", " + SHE + "\n")
                .and(SHE, HE + "\n")
                .differs("mailbox games, returned", ONCE),
            is("a circle that both leave a copy of", "\\" + HE + ", " + SHE + "\n")
                .and(SHE, "\\" + SHE + ", " + HE + "\n")
                .differs("mailbox games, mailbox news, returned", ONCE),
            is("mail that comes back", "x@far.test\n")
                .mail("Delivered-To: " + HE + "@here.test\r\n" + PLAIN),
            is("an extension", "x@far.test\n").to(HE + "+a"),
            is("an extension with a file", "x@far.test\n")
                .and(HE + "+a", "y@far.test\n")
                .to(HE + "+a"),
            is("an extension in capitals", "x@far.test\n")
                .and(HE + "+a", "y@far.test\n")
                .to(HE + "+A")));
    cases.addAll(
        List.of(
            is("a command", "\"|cat >>OUT/got\"\n"),
            is("a command with quotes behind the bar", "|\"cat >>OUT/got\"\n"),
            is("a command without quotes", "|OUT/take\n"),
            is("a command with words without quotes", "|OUT/take a b\n"),
            is("a command with quotes in it", "\"|cat >>\\\"OUT/got it\\\"\"\n"),
            is("a command and another", "\"|cat >>OUT/got\", x@far.test\n"),
            is("two commands", "\"|cat >>OUT/one\"\n\"|cat >>OUT/two\"\n"),
            is("a command twice", "\"|cat >>OUT/got\", \"|cat >>OUT/got\"\n"),
            is("a command that puts it off", "\"|exit 75\"\n"),
            is("a command that knows nobody", "\"|exit 67\"\n"),
            is("a command that fails", "\"|exit 1\"\n"),
            is("a command that fails beside a copy", "\\" + HE + ", \"|exit 67\"\n"),
            is("no command", "|\n"),
            is("root's command", "x@far.test\n")
                .and("root", "\"|cat >>OUT/got.`id -un`\"\n")
                .to("root"),
            is("whose command it is", "\"|cat >>OUT/got.`id -un`\"\n"),
            is("a file", "OUT/box\n"),
            is("a folder", "OUT/box/\n"),
            is("a file in quotes", "\"OUT/a box\"\n"),
            is("a file and another", "OUT/box, x@far.test\n"),
            is("a file that cannot be", "/nowhere/box\n").differs("waits", MENDED),
            is("a file that is a folder", "OUT\n").differs("waits", MENDED),
            is("a file that is not his", "/etc/box\n").differs("waits", MENDED),
            is("nothing", "/dev/null\n"),
            is("nothing and another", "/dev/null, x@far.test\n")));
    cases.addAll(
        List.of(
            is("a list", ":include:SHARED/list\n"),
            is("a list in quotes", "\":include:SHARED/list\"\n"),
            is("a list with blanks", ": include : SHARED/list\n").differs("waits", NO_ADDRESS),
            is("a list and another", ":include:SHARED/list, z@far.test\n"),
            is("a list with a command", ":include:SHARED/commands\n")
                .differs("mailbox games", NONE),
            is("a list with a command beside another", ":include:SHARED/both\n")
                .differs("x@far.test", NONE),
            is("a list with himself", ":include:SHARED/self\n")
                .differs(
                    "mailbox games, x@far.test",
                    "he keeps a copy; Postfix has forgotten by then whose list it is"),
            is("a list that names itself", ":include:SHARED/round\n"),
            is("an empty list", ":include:SHARED/empty\n").differs("mailbox games", NONE),
            is("a list that is not there", ":include:SHARED/none\n").differs("waits", MENDED),
            is("a list that is not there beside another", ":include:SHARED/none, x@far.test\n")
                .differs("waits", MENDED),
            is("a list that he may not read", ":include:SHARED/secret\n").differs("waits", MENDED),
            is("a list that all may write", ":include:SHARED/open\n").differs("waits", MENDED),
            is("root's file", "x@far.test\n").of("root"),
            is("her file", "x@far.test\n").of(SHE),
            is("for his group to write", "x@far.test\n")
                .mode("rw-rw-r--")
                .differs("mailbox games", "whoever is in the group would read his mail"),
            is("for all to write", "x@far.test\n").mode("rw-r--rw-"),
            is("for nobody to read", "x@far.test\n").mode("-w-------"),
            is("for himself to read", "x@far.test\n").mode("r--------"),
            is("root's for nobody else", "x@far.test\n").of("root").mode("rw-------"),
            is("a link", LINK),
            is("a folder in its place", FOLDER),
            is("a hundred and fifty", many(150, "\n")),
            is("a long line", many(150, ", "))
                .differs(
                    "150 from x-1000@far.test to x-1149@far.test",
                    "Postfix cuts it, and an address with it, at 2048 octets")));
    return cases;
  }

  private static String many(int count, String between) {
    return Stream.iterate(1000, i -> i + 1)
            .limit(count)
            .map(i -> "x-" + i + "@far.test")
            .collect(joining(between))
        + "\n";
  }

  @Test
  @Shows("A3.3")
  void theSameGetTheMail() throws Exception {
    PostfixServer.need();
    open(folder, "rwxr-xr-x");
    shared = Files.createDirectory(folder.resolve("shared"));
    open(shared, "rwxr-xr-x");
    share("list", "x@far.test\ny@far.test\n", "rw-r--r--");
    share("commands", "\"|cat >>/dev/null\"\n", "rw-r--r--");
    share("both", "\"|cat >>/dev/null\"\nx@far.test\n", "rw-r--r--");
    share("self", HE + ", x@far.test\n", "rw-r--r--");
    share("round", ":include:" + shared.resolve("round") + "\nx@far.test\n", "rw-r--r--");
    share("empty", "", "rw-r--r--");
    share("secret", "x@far.test\n", "rw-------");
    share("open", "x@far.test\n", "rw-rw-rw-");
    List<String> wrong = new ArrayList<>();
    try (Theirs postfix = new Theirs();
        Ours postroom = new Ours()) {
      List<Case> all = cases();
      for (int i = 0; i < all.size(); i += ONE_IN) {
        Case one = all.get(i);
        CompletableFuture<String> both = CompletableFuture.supplyAsync(() -> answer(one, postfix));
        String ours = answer(one, postroom);
        String theirs = both.get();
        boolean isExpected =
            one.because.isEmpty()
                ? ours.equals(theirs)
                : ours.equals(one.ours) && !ours.equals(theirs);
        if (!isExpected) {
          wrong.add(one.name + ": Postfix " + theirs + ", Postroom " + ours);
        }
      }
    }
    assertThat(String.join("\n", wrong)).isEmpty();
  }

  private void share(String name, String text, String permissions) throws IOException {
    open(Files.writeString(shared.resolve(name), text), permissions);
  }

  /** Who gets the mail, how often, and what becomes of the rest of it. */
  private String answer(Case one, Side side) {
    try {
      prepare(one, side);
      Map<String, Integer> got = new TreeMap<>();
      side.deliver(one.recipient + "@here.test", one.content).ifPresent(end -> got.put(end, 1));
      side.mailboxes().forEach((user, count) -> got.put("mailbox " + user, count));
      while (side.hop.unread() > 0) {
        RelayHop.Mail mail = side.hop.await();
        if (mail.from().isEmpty()) {
          got.put("returned", 1); // in one report, or one for each
        } else {
          mail.to().forEach(to -> got.merge(to, 1, Integer::sum));
        }
      }
      for (Path file : contents(side.out)) {
        String name = file.getFileName().toString();
        if (Files.isDirectory(file)) {
          got.put("folder " + name, contents(file.resolve("new")).size());
        } else if (!name.equals("take")) {
          got.put("file " + name, Files.readString(file).split("Subject: hello", -1).length - 1);
        }
      }
      List<String> all =
          got.entrySet().stream()
              .map(each -> each.getKey() + (each.getValue() > 1 ? " *" + each.getValue() : ""))
              .toList();
      return all.size() > 20
          ? all.size() + " from " + all.get(0) + " to " + all.get(all.size() - 1)
          : String.join(", ", all);
    } catch (Exception e) {
      throw new IllegalStateException(one.name, e);
    }
  }

  private void prepare(Case one, Side side) throws IOException {
    empty(side.files);
    empty(side.out);
    open(side.out, "rwxrwxrwx");
    String got = side.out.resolve("got").toString();
    Files.writeString(side.out.resolve("take"), "#!/bin/sh\ncat >>" + got + "\n");
    open(side.out.resolve("take"), "rwxr-xr-x");
    for (Map.Entry<String, String> each : one.texts.entrySet()) {
      Path file = side.files.resolve(each.getKey());
      if (each.getValue().equals(LINK)) {
        Files.createSymbolicLink(file, shared.resolve("list"));
      } else if (each.getValue().equals(FOLDER)) {
        Files.createDirectory(file);
      } else {
        String text = each.getValue().replace("OUT", side.out.toString());
        Files.writeString(file, text.replace("SHARED", shared.toString()));
        open(file, one.permissions);
        own(file, one.owner.isEmpty() ? each.getKey().split("\\+", 2)[0] : one.owner);
      }
    }
  }

  private static void open(Path path, String permissions) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
  }

  private static void own(Path path, String user) throws IOException {
    Files.setOwner(
        path, path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(user));
  }

  private static List<Path> contents(Path of) throws IOException {
    try (Stream<Path> all = Files.list(of)) {
      return all.sorted().toList();
    }
  }

  private static void empty(Path of) throws IOException {
    for (Path each : contents(of)) {
      if (Files.isDirectory(each, LinkOption.NOFOLLOW_LINKS)) {
        empty(each);
      }
      Files.delete(each);
    }
  }

  /** Hands over a mail; the last answer. */
  private static String hand(InetSocketAddress to, String recipient, String content)
      throws Exception {
    try (SmtpDialogue dialogue = SmtpDialogue.open(to)) {
      dialogue.say("MAIL FROM:<sender@far.test>");
      String answer = dialogue.say("RCPT TO:<" + recipient + ">");
      if (!answer.startsWith("250")) {
        return answer;
      }
      dialogue.say("DATA");
      return dialogue.content(out -> out.write(content.getBytes(UTF_8)));
    }
  }

  private final class Theirs extends Side {
    private static final Pattern LINE =
        Pattern.compile(
            ".* postfix/\\w+\\[\\d+]: (\\w+): (?:(message-id)=|(removed)|to=.*status=deferred).*");

    private final PostfixServer postfix = new PostfixServer(home);
    private final Path spool = Files.createDirectory(home.resolve("spool"));
    private final int port = FreePorts.take();

    Theirs() throws IOException {
      super("postfix");
      open(spool, "rwxr-xr-x");
      for (String user : USERS) {
        own(Files.createDirectory(spool.resolve(user)), user);
      }
      postfix.start(
          settings()
              + "in_flow_delay = 0\nlocal_recipient_maps =\nbiff = no\n"
              + ("mail_spool_directory = " + spool + "/\n"),
          "127.0.0.1:" + port + " inet n - n - - smtpd\nlocal unix - n n - - local\n");
    }

    @Override
    Optional<String> deliver(String recipient, String content) throws Exception {
      int before = postfix.log().size();
      InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
      String answer = hand(address, recipient, content);
      assertThat(answer).startsWith("250 ");
      Set<String> here = new HashSet<>();
      Set<String> waiting = new HashSet<>();
      Until.so(
          () -> {
            here.clear();
            waiting.clear();
            here.add(answer.replaceAll(".* as (\\w+).*", "$1"));
            postfix.log().stream().skip(before).forEach(line -> follow(line, here, waiting));
            return waiting.containsAll(here);
          });
      if (here.isEmpty()) {
        return Optional.empty();
      }
      postfix.forget();
      return Optional.of("waits");
    }

    /** Mail is there from its message-id on, also what comes of other mail. */
    private static void follow(String line, Set<String> here, Set<String> waiting) {
      Matcher found = LINE.matcher(line);
      if (found.matches() && found.group(2) != null) {
        here.add(found.group(1));
      } else if (found.matches() && found.group(3) != null) {
        here.remove(found.group(1));
      } else if (found.matches()) {
        waiting.add(found.group(1));
      }
    }

    @Override
    Map<String, Integer> mailboxes() throws IOException {
      Map<String, Integer> counts = new TreeMap<>();
      for (Path box : contents(spool)) {
        if (!contents(box).isEmpty() && !contents(box.resolve("new")).isEmpty()) {
          counts.put(box.getFileName().toString(), contents(box.resolve("new")).size());
        }
        empty(box);
      }
      return counts;
    }

    @Override
    public void close() throws IOException {
      postfix.close();
      super.close();
    }
  }

  private final class Ours extends Side {
    private final ProgramHouse house = new ProgramHouse(home);
    private final Map<String, Integer> known = new TreeMap<>();

    Ours() throws IOException {
      super("postroom");
      settings()
          .lines()
          .map(line -> line.split(" =", 2))
          .forEach(words -> house.set(words[0], words[1].strip()));
      USERS.forEach(house::account);
      house
          .set("account_sources", "sql, system")
          .set("program_delivery_enable", "yes")
          .set("file_delivery_enable", "yes")
          .start();
    }

    @Override
    Optional<String> deliver(String recipient, String content) throws Exception {
      String answer = hand(house.server().address(Role.MX), recipient, content);
      if (!answer.startsWith("250")) {
        return Optional.of(answer.startsWith("5") ? "returned" : "waits");
      }
      if (house.awaitAttempts()) {
        house.forget();
        return Optional.of("waits");
      }
      return Optional.empty();
    }

    @Override
    Map<String, Integer> mailboxes() {
      Map<String, Integer> counts = new TreeMap<>();
      for (String user : USERS) {
        int all = Inbox.of(house.server(), user).size();
        int more = all - known.getOrDefault(user, 0);
        if (more > 0) {
          counts.put(user, more);
        }
        known.put(user, all);
      }
      return counts;
    }

    @Override
    public void close() throws IOException {
      house.close();
      super.close();
    }
  }
}
