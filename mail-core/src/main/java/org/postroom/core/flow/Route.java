package org.postroom.core.flow;

import java.util.Optional;
import java.util.regex.Pattern;
import org.postroom.core.address.Domain;
import org.postroom.core.auth.Account;
import org.postroom.core.mailbox.Flags;
import org.postroom.core.mailbox.MailboxName;
import org.postroom.core.queue.Acceptance;

/** Where mail for a recipient goes. */
public sealed interface Route {

  /** Into a mailbox here. */
  sealed interface Here extends Route {
    /** Whose. */
    Account account();

    /** Which of his. */
    MailboxName mailbox();

    /** Bits of {@link Flags#SYSTEM} that the copy there has from the beginning. */
    long flags();
  }

  /** Into the account's INBOX, or another mailbox of his. */
  record ToMailbox(Account account, MailboxName mailbox, long flags) implements Here {

    /** As what has just come. */
    public ToMailbox(Account account, MailboxName mailbox) {
      this(account, mailbox, 0);
    }

    /** Into the INBOX. */
    public ToMailbox(Account account) {
      this(account, MailboxName.INBOX);
    }
  }

  /**
   * Not on its way, but into a mailbox of who looks after what must not leave; see {@link
   * SafeSend}.
   */
  record Kept(Account account) implements Here {
    private static final MailboxName NOT_SENT = MailboxName.of("Not sent");

    @Override
    public MailboxName mailbox() {
      return NOT_SENT;
    }

    @Override
    public long flags() {
      return 0;
    }
  }

  /**
   * To the next hop.
   *
   * @param transport which one: {@code smtp}, {@code relay} …
   * @param nextHop as the transport understands it
   * @param decided whether that was decided for this mail, so that attempts go by it, too, whatever
   *     the configuration says of the address by then
   */
  record Onward(String transport, String nextHop, boolean decided) implements Route {
    private static final String DECIDED = Acceptance.Onward.DECIDED;

    /** As much as the queue has room for, and more than any host's name needs. */
    private static final int LONGEST = 900;

    /** As configuration says it. */
    public Onward(String transport, String nextHop) {
      this(transport, nextHop, false);
    }

    /**
     * As was decided for the mail.
     *
     * @param text {@code transport:nexthop}; without a next hop it goes to {@code domain}
     */
    static Onward filtered(String text, Domain domain) {
      Way way = Way.parse(text).orTo(domain.name());
      return new Onward(way.transport(), way.nextHop(), true);
    }

    /** What a destination says that was decided for the mail; empty where configuration decides. */
    public static Optional<Onward> decided(String destination) {
      int hop = destination.indexOf(':', DECIDED.length());
      return destination.startsWith(DECIDED) && hop > 0
          ? Optional.of(
              new Onward(
                  destination.substring(DECIDED.length(), hop),
                  destination.substring(hop + 1),
                  true))
          : Optional.empty();
    }

    /** Whether mail leaves the house; else the route itself says what becomes of it. */
    public boolean leaves() {
      return !BuiltInTransports.isOne(transport);
    }

    /**
     * What mails for this next hop queue behind. Tables may have texts of any length: what
     * configuration says is cut off, because attempts do not go by it.
     */
    public String destination() {
      String text = transport + ":" + nextHop;
      return decided ? DECIDED + text : shortened(text.replace('\0', ' '));
    }

    private static String shortened(String text) {
      int end = Math.min(text.length(), LONGEST);
      boolean isHalf =
          end > 0 && end < text.length() && Character.isHighSurrogate(text.charAt(end - 1));
      return text.substring(0, isHalf ? end - 1 : end);
    }
  }

  /**
   * To what local(8) delivers to beside mailboxes: {@code |command} or {@code /file}, as aliases(5)
   * writes it, {@code ~user|command} or {@code ~user/file} as a user has it, or {@code ~user}. What
   * an alias or a user says is decided when the mail comes: attempts go by it, whatever is said by
   * then.
   */
  record ToAgent(String what) implements Route {
    /** The transport that has such routes; no table leads there, because it means our mailboxes. */
    static final String TRANSPORT = Routes.LOCAL;

    private static final String QUEUED = TRANSPORT + ":";
    private static final Pattern COMMAND = Pattern.compile("(~[^|/]+)?\\|");
    private static final Pattern DECIDED = Pattern.compile(QUEUED + "(~[^|/]+)?[|/]");

    /** The file of a user of this machine. An attempt asks again whether it goes there. */
    static ToAgent ofUser(String name) {
      return new ToAgent("~" + name);
    }

    /** What a user has named himself: he runs it, and writes to it. */
    static ToAgent as(String user, String what) {
      return new ToAgent("~" + user + what);
    }

    /** Whether the queue can have it: there is room, and no NUL, which no database takes. */
    boolean fits() {
      return what.length() <= Onward.LONGEST && what.indexOf('\0') < 0;
    }

    /** Whether it is a program that an alias or a user names. */
    boolean isCommand() {
      return COMMAND.matcher(what).lookingAt();
    }

    /** What mails for it queue behind. */
    public String destination() {
      return QUEUED + what;
    }

    /** What a destination says; empty where it is another's. */
    public static Optional<ToAgent> of(String destination) {
      return DECIDED.matcher(destination).lookingAt()
          ? Optional.of(new ToAgent(destination.substring(QUEUED.length())))
          : Optional.empty();
    }
  }

  /** Into nothing, without a word to anybody: an alias says so. */
  record Discarded() implements Route {}

  /**
   * Nowhere: there is no such recipient, or nothing leads there.
   *
   * @param code SMTP reply code, 550 as a rule
   * @param status enhanced status code, such as 5.1.1
   * @param text for the reply and the log, without code and status
   * @param isUnknown whether it is because nobody has the address; what a table says of an address,
   *     with whatever status, is none of that
   */
  record Nowhere(int code, String status, String text, boolean isUnknown) implements Route {

    /** For another reason than that nobody has the address. */
    public Nowhere(int code, String status, String text) {
      this(code, status, text, false);
    }

    /** Nobody has the address (RFC 3463, X.1.1). */
    public static Nowhere unknown(String text) {
      return new Nowhere(550, "5.1.1", text, true);
    }
  }
}
