package org.postroom.imap.protocol;

/** What one command says to the client: untagged lines, and the tagged one that ends it. */
public final class Responder {
  private final ImapWriter writer;
  private final String tag;
  private boolean lineOpen;

  /**
   * The responder of one command.
   *
   * @param tag as the client wrote it; {@code *} where there is none
   */
  public Responder(ImapWriter writer, String tag) {
    this.writer = writer;
    this.tag = tag;
  }

  public ImapWriter writer() {
    return writer;
  }

  public String tag() {
    return tag;
  }

  /** {@code * OK [code] text}. */
  public void ok(String code, String text) {
    status("*", "OK", code, text);
  }

  /** {@code * BYE [code] text}. */
  public void bye(String code, String text) {
    status("*", "BYE", code, text);
  }

  /** The line that ends the command. */
  public void tagged(String condition, String code, String text) {
    status(tag, condition, code, text);
  }

  private void status(String label, String condition, String code, String text) {
    writer.ascii(label).space().ascii(condition).space();
    if (!code.isEmpty()) {
      writer.octet('[').ascii(code).octet(']').space();
    }
    writer.ascii(text).crlf();
  }

  /** Begins a line of its own form: until {@link #endLine} nothing else can be said. */
  public ImapWriter beginLine() {
    lineOpen = true;
    return writer;
  }

  public void endLine() {
    writer.crlf();
    lineOpen = false;
  }

  /** Begins {@code * n NAME (}: until {@link #endFetch} nothing else can be said. */
  public ImapWriter beginFetch(int number) {
    lineOpen = true;
    writer.mark();
    return writer.octet('*').space().number(number).ascii(" FETCH (");
  }

  public void endFetch() {
    writer.octet(')');
    endLine();
  }

  /**
   * Forgets the line that was begun, as if nothing had been said.
   *
   * @return false when some of it has left already
   */
  public boolean takeBackFetch() {
    if (!lineOpen) {
      return true; // it failed before anything of it was written
    }
    boolean done = writer.takeBack();
    lineOpen = !done;
    return done;
  }

  /** Whether a line was begun and not ended: after a failure there, nothing can follow. */
  public boolean isLineOpen() {
    return lineOpen;
  }
}
