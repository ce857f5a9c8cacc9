package org.postroom.core.policy;

import org.postroom.core.fact.Facts;
import org.postroom.core.refusal.LookupUnavailable;
import org.postroom.core.restriction.Verdict;

/**
 * One of the house: a pure function of the transaction and of what is known. What it has to find
 * out it asks {@code facts} for and nobody else, so that it never blocks, is the same in a live
 * session and in a dry run, and what it rested on is noted. May be asked again with more known; may
 * throw {@link LookupUnavailable} only, which refuses for now.
 */
@FunctionalInterface
public interface HouseRestriction {

  Verdict judge(PolicyContext mail, Facts facts);
}
