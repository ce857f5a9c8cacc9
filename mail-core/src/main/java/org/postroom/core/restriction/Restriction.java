package org.postroom.core.restriction;

import org.postroom.core.fact.Facts;

/**
 * A rule of the application's: a pure function of the mail and of what is known. What it has to
 * find out it asks {@code facts} for and nobody else, so that it never blocks, is the same in a
 * live session and in a dry run, and what it rested on is noted. May be asked again with more
 * known, and for several mails at the same time. What it throws refuses for now.
 */
@FunctionalInterface
public interface Restriction {

  /** What it says of {@code mail}, as far as that has come. */
  Verdict judge(Judged mail, Facts facts);
}
