/**
 * Who may send what where: address classes, mynetworks, restrictions, relay policy.
 *
 * <p>{@link org.postroom.core.policy.Policy} is the door; everything behind it is immutable and a
 * pure function of the transaction, so that a dry run and the live session say the same.
 */
package org.postroom.core.policy;
