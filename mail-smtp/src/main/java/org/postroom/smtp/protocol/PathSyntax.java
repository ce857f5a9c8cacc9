package org.postroom.smtp.protocol;

/**
 * What of the paths of MAIL and RCPT is for the administrator to say.
 *
 * @param strict whether they need their angle brackets ({@code strict_rfc821_envelopes})
 * @param minUser whether a local part may begin with {@code -}, which programs that are handed the
 *     address could take for an option ({@code allow_min_user})
 */
public record PathSyntax(boolean strict, boolean minUser) {
  /** As it is when nothing is set. */
  public static final PathSyntax USUAL = new PathSyntax(false, false);
}
