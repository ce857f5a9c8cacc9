package org.postroom.core.mailbox;

import java.util.AbstractList;

/**
 * A message's keywords as its store finds them by their numbers, at the price of a few octets for
 * each message. For stores; {@link Flags} do not copy it, since it never changes.
 */
public abstract class KeywordList extends AbstractList<Keyword> {}
