package org.postroom.core.table;

/**
 * What parts a user from an extension in a local part: the characters of {@code
 * recipient_delimiter}, the first of which that occurs decides.
 *
 * @param listsAreWhole whether a hyphen leaves the names of lists' keepers alone
 */
public record RecipientDelimiter(String characters, boolean listsAreWhole) {

  private static final String OWNER = "owner-";
  private static final String REQUEST = "-request";

  /** Local parts are whole. */
  public static final RecipientDelimiter NONE = new RecipientDelimiter("");

  public RecipientDelimiter(String characters) {
    this(characters, true);
  }

  /** Where the extension begins, at its delimiter; -1 where there is none. */
  public int indexIn(String localPart) {
    if (characters.isEmpty() || isNeverSplit(localPart)) {
      return -1;
    }
    for (int i = 0; i < localPart.length(); i++) {
      if (characters.indexOf(localPart.charAt(i)) >= 0) {
        // A user has a name.
        return i == 0 ? -1 : i;
      }
    }
    return -1;
  }

  /** Without the extension. */
  public String user(String localPart) {
    int at = indexIn(localPart);
    return at < 0 ? localPart : localPart.substring(0, at);
  }

  /** The names of the machinery; those of lists' keepers where a hyphen parts. */
  private boolean isNeverSplit(String localPart) {
    return localPart.equalsIgnoreCase("mailer-daemon")
        || localPart.equalsIgnoreCase("postmaster")
        || localPart.equalsIgnoreCase("double-bounce")
        || listsAreWhole && characters.indexOf('-') >= 0 && isOfList(localPart);
  }

  private static boolean isOfList(String localPart) {
    int behind = localPart.length() - REQUEST.length();
    return localPart.regionMatches(true, 0, OWNER, 0, OWNER.length())
        || behind > 0 && localPart.regionMatches(true, behind, REQUEST, 0, REQUEST.length());
  }
}
