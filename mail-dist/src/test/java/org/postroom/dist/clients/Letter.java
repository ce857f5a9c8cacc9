package org.postroom.dist.clients;

/**
 * A message in INBOX, by all that clients call it by.
 *
 * @param number which one it is, counted from 1; not its UID
 * @param uid its UID
 * @param subject one word, which no other has
 */
record Letter(int number, long uid, String subject) {}
