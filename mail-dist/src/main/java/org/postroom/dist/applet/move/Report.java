package org.postroom.dist.applet.move;

import java.io.PrintWriter;
import java.util.function.LongSupplier;

/** Says what is moved, how fast, and what could not be; counts it all. */
public final class Report {
  private static final int DATA = 65;
  private static final int TEMPORARY = 75;
  private static final long PAUSE = 5_000_000_000L;

  private final PrintWriter out;
  private final PrintWriter err;
  private final LongSupplier nanos;
  private final long start;
  private long said;
  private long messages;
  private long octets;
  private long known;
  private long flags;
  private long removed;
  private long verified;
  private long troubles;
  private boolean later;

  /**
   * Begins to count.
   *
   * @param out takes what was done
   * @param err takes what could not be
   * @param nanos a clock that only runs forward
   */
  public Report(PrintWriter out, PrintWriter err, LongSupplier nanos) {
    this.out = out;
    this.err = err;
    this.nanos = nanos;
    this.start = nanos.getAsLong();
    this.said = start;
  }

  /** Something could not be taken, and why. */
  public void trouble(String place, String why) {
    troubles++;
    say(place + ": " + why);
  }

  /** It was cut off; another run goes on there. */
  void later(String place, String why) {
    later = true;
    say(place + ": " + why + "; run it again to go on");
  }

  /** Something to know, which is no fault. */
  void note(String place, String what) {
    say(place + ": " + what);
  }

  private void say(String text) {
    err.println("postroom: " + clean(text));
  }

  /** Names and words of others may have what a terminal takes for a command, or for a new line. */
  private static String clean(String text) {
    return text.replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]", "?");
  }

  void moved(int count, long size) {
    messages += count;
    octets += size;
  }

  void known(long count) {
    known += count;
  }

  void flagged(long count) {
    flags += count;
  }

  void removed(long count) {
    removed += count;
  }

  void verified(long count) {
    verified += count;
  }

  /** Says now and then where it is. */
  void progress(String place, long done, long all) {
    long now = nanos.getAsLong();
    if (now - said >= PAUSE) {
      said = now;
      say(place + ": " + done + " of " + all + "; in all " + moved() + rate(now));
    }
  }

  private String moved() {
    return messages + " messages, " + octets + " octets";
  }

  private String rate(long now) {
    long millis = Math.max(1, (now - start) / 1_000_000);
    return ", "
        + messages * 1000 / millis
        + " messages and "
        + octets * 1000 / millis / 1024
        + " KB a second";
  }

  /** A mailbox is done. */
  void done(String place, long all) {
    out.println(clean(place) + ": " + all + (all == 1 ? " message" : " messages"));
  }

  /** The exit status of sysexits.h. */
  public int status() {
    return later ? TEMPORARY : troubles > 0 ? DATA : 0;
  }

  /** Says all of it at the end. */
  public void sum(String did) {
    out.println(did + " " + moved() + rate(nanos.getAsLong()));
    say(known, "were there already");
    say(flags, "have other flags now");
    say(removed, "have been removed here, or their UIDs have been passed over");
    say(verified, "are the same on both sides, by SHA-256");
    say(troubles, "could not be taken; the lines above say why");
  }

  private void say(long count, String what) {
    if (count > 0) {
      out.println(count + " " + what);
    }
  }
}
