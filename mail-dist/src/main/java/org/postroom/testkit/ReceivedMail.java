package org.postroom.testkit;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postroom.core.arrival.Submission;
import org.postroom.core.mail.Content;
import org.postroom.core.mail.Envelope;
import org.postroom.core.mime.EncodedWords;
import org.postroom.core.mime.HeaderField;
import org.postroom.core.mime.HeaderFields;
import org.postroom.core.mime.MimeParameter;
import org.postroom.core.mime.MimePart;
import org.postroom.core.mime.Octets;
import org.postroom.core.mime.TextDecoder;
import org.postroom.core.mime.TransferDecoder;

/**
 * A mail as it arrived: who brought it, its envelope, and its content, as it is and as its reader
 * sees it.
 */
public final class ReceivedMail {
  private static final Pattern LINK = Pattern.compile("https?://[^\\s\"'<>\\\\]+");

  /** What ends a sentence is no part of the link in it. */
  private static final Pattern LINK_END = Pattern.compile("[.,;:!?)\\]]+$");

  private static final Pattern CODE =
      Pattern.compile("(?<![\\w/.#%=&+-])(?:\\d{4,8}|\\d{3}[ -]\\d{3})(?![\\w/%]|[.-]\\d)");

  private static final Submission.Client NOBODY =
      new Submission.Client(
          InetAddress.getLoopbackAddress(), "localhost", "", Optional.empty(), "");

  private final String id;
  private final Optional<Envelope> envelope;
  private final Submission.Client client;
  private final Content content;
  private final MimePart root;
  private final Function<String, String> transcripts;
  private final Supplier<List<InMailbox>> mailboxes;

  /**
   * One that was sent.
   *
   * @param content its octets, which are not copied
   * @param transcripts of sessions, by the id of a mail that has come in them
   * @param mailboxes those that it came into
   */
  ReceivedMail(
      Submission mail,
      Content content,
      Function<String, String> transcripts,
      Supplier<List<InMailbox>> mailboxes) {
    this.id = mail.id().toString();
    this.envelope = Optional.of(mail.envelope());
    this.client = mail.client();
    this.content = content;
    this.root = mail.content().structure().root();
    this.transcripts = transcripts;
    this.mailboxes = mailboxes;
  }

  /** One that somebody has put into a mailbox. */
  ReceivedMail(Content content, MimePart root, InMailbox mailbox) {
    this.id = "";
    this.envelope = Optional.empty();
    this.client = NOBODY;
    this.content = content;
    this.root = root;
    this.transcripts = none -> "";
    this.mailboxes = () -> List.of(mailbox);
  }

  // --- who brought it, and for whom

  /**
   * Whether it was not sent, but put into a mailbox by IMAP's APPEND, as programs do with what they
   * have sent and with drafts. Then it has no envelope, and nobody brought it.
   */
  public boolean isAppended() {
    return envelope.isEmpty();
  }

  /** The mailboxes that it came into. */
  public List<InMailbox> mailboxes() {
    return mailboxes.get();
  }

  /** The envelope's sender; empty for the null sender. */
  public String sender() {
    return envelope.map(one -> one.sender().toString()).orElse("");
  }

  /** The envelope's recipients. */
  public List<String> recipients() {
    return envelope.stream()
        .flatMap(one -> one.recipients().stream())
        .map(one -> one.address().toString())
        .toList();
  }

  /**
   * The whole envelope, with what the client said by the parameters of MAIL and RCPT.
   *
   * @throws IllegalStateException when it was {@linkplain #isAppended put into a mailbox}
   */
  public Envelope envelope() {
    return envelope.orElseThrow(
        () -> new IllegalStateException("what is put into a mailbox has no envelope"));
  }

  /** Who had logged in to send it; empty where nobody had. */
  public Optional<String> login() {
    return client.login();
  }

  /** How it came, as its Received field has it: {@code ESMTP}, {@code ESMTPSA} … (RFC 3848). */
  public String protocol() {
    return client.protocol();
  }

  /** Whether it came under TLS. */
  public boolean isSecured() {
    // The word ends in S, A or both, behind the P of the protocol.
    return client.protocol().substring(client.protocol().lastIndexOf('P') + 1).contains("S");
  }

  /** What the client called itself. */
  public String helo() {
    return client.helo();
  }

  /** The session it came in, line by line; empty when that is not kept any more. */
  public String transcript() {
    return transcripts.apply(id);
  }

  // --- its header

  /** The subject, decoded; empty when there is none. */
  public String subject() {
    return header("Subject");
  }

  /** Whom the header says that it is from, decoded; empty when it does not say. */
  public String from() {
    return header("From");
  }

  /** Whom the header says that it is for, decoded; empty when it does not say. */
  public String to() {
    return header("To");
  }

  /** The first field of that name, decoded and on one line; empty when there is none. */
  public String header(String name) {
    List<String> all = headers(name);
    return all.isEmpty() ? "" : all.get(0);
  }

  /** All fields of that name, decoded. */
  public List<String> headers(String name) {
    List<String> values = new ArrayList<>();
    for (HeaderField field : HeaderFields.of(octets(0, (int) root.headerLength()))) {
      if (field.isNamed(name)) {
        values.add(EncodedWords.decode(field.value()));
      }
    }
    return values;
  }

  // --- its content, as its reader sees it

  /** The text for who sees no HTML, decoded, with LF as line end; empty when there is none. */
  public String text() {
    return text("plain");
  }

  /** The text in HTML, decoded, with LF as line end; empty when there is none. */
  public String html() {
    return text("html");
  }

  private String text(String subtype) {
    return leaves().stream()
        .filter(part -> isText(part, subtype))
        .map(this::decodedText)
        .findFirst()
        .orElse("");
  }

  /** Everything that is no text of the mail's own: files, and what its HTML shows. */
  public List<Attachment> attachments() {
    List<Attachment> all = new ArrayList<>();
    for (MimePart part : leaves()) {
      if (!isText(part, "plain") && !isText(part, "html")) {
        all.add(attachment(part));
      }
    }
    return all;
  }

  /** The addresses of the web in text and HTML, each once, in their order. */
  public List<String> links() {
    Set<String> links = new LinkedHashSet<>();
    Matcher found = LINK.matcher(text() + "\n" + html().replace("&amp;", "&"));
    while (found.find()) {
      links.add(LINK_END.matcher(found.group()).replaceFirst(""));
    }
    return List.copyOf(links);
  }

  /** What may be one-time codes in subject and text (in HTML where there is no text), as digits. */
  public List<String> codes() {
    String text = text().isEmpty() ? html().replaceAll("<[^>]*>", " ") : text();
    Set<String> codes = new LinkedHashSet<>();
    Matcher found = CODE.matcher(subject() + "\n" + LINK.matcher(text).replaceAll(" "));
    while (found.find()) {
      codes.add(found.group().replaceAll("[ -]", ""));
    }
    return List.copyOf(codes);
  }

  // --- its octets

  /** What stands behind the header, as it was sent: transfer encodings are not undone. */
  public String body() {
    int header = (int) root.headerLength();
    Charset utf8 = TextDecoder.charset("utf-8");
    return new String(octets(header, (int) content.size() - header), utf8);
  }

  /** All octets, the Received field of this hop in front. */
  public byte[] content() {
    return content.toBytes();
  }

  private byte[] octets(int from, int length) {
    ByteBuffer octets = ByteBuffer.allocate(length);
    while (octets.hasRemaining() && content.read(from + octets.position(), octets) > 0) {
      // Until it is full.
    }
    return octets.array();
  }

  // --- its parts

  /** Those that have no parts themselves, in their order; a message inside is one. */
  private List<MimePart> leaves() {
    List<MimePart> leaves = new ArrayList<>();
    addLeaves(root, leaves);
    return leaves;
  }

  /** How deep parts lie in each other is bounded by who scanned the mail. */
  private static void addLeaves(MimePart part, List<MimePart> leaves) {
    if (part.isMultipart()) {
      part.children().forEach(child -> addLeaves(child, leaves));
    } else {
      leaves.add(part);
    }
  }

  private static boolean isText(MimePart part, String subtype) {
    boolean attached =
        part.disposition().filter(how -> how.equalsIgnoreCase("attachment")).isPresent();
    return part.isText() && part.subtype().equalsIgnoreCase(subtype) && !attached;
  }

  private String decodedText(MimePart part) {
    String charset = part.parameter("charset").map(Octets::latin1).orElse("utf-8");
    return new String(decoded(part), TextDecoder.charset(charset)).replace("\r\n", "\n");
  }

  private Attachment attachment(MimePart part) {
    List<MimeParameter> named = new ArrayList<>(part.dispositionParameters());
    named.addAll(part.parameters());
    String name =
        named.stream()
            .filter(one -> one.isNamed("filename") || one.isNamed("name"))
            .map(MimeParameter::text)
            .findFirst()
            .orElse("");
    String id = part.id().map(Octets::utf8).orElse("");
    return new Attachment(
        name,
        (part.type().latin1() + "/" + part.subtype().latin1()).toLowerCase(Locale.ROOT),
        id.startsWith("<") && id.endsWith(">") ? id.substring(1, id.length() - 1) : id,
        part.disposition().filter(how -> how.equalsIgnoreCase("inline")).isPresent(),
        decoded(part));
  }

  /** What is in an encoding that nobody knows is left as it is. */
  private byte[] decoded(MimePart part) {
    int from = (int) part.bodyOffset();
    int length = (int) Math.min(part.bodyLength(), content.size() - from);
    byte[] encoded = octets(from, length);
    Optional<TransferDecoder> decoder = TransferDecoder.of(part.encoding());
    if (decoder.isEmpty()) {
      return encoded;
    }
    byte[] out = new byte[TransferDecoder.room(length)];
    int end = decoder.get().decode(encoded, 0, length, out, 0);
    return Arrays.copyOf(out, decoder.get().finish(out, end));
  }

  /** What a test sees of it when it was waited for in vain. */
  @Override
  public String toString() {
    return isAppended()
        ? "put into " + mailboxes() + ": " + subject()
        : "<" + sender() + "> to " + recipients() + ": " + subject();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ReceivedMail mail
        && mail.envelope.equals(envelope)
        && Arrays.equals(mail.content(), content());
  }

  @Override
  public int hashCode() {
    return Objects.hash(envelope, content.size());
  }
}
