package org.postroom.core.policy;

/**
 * One rule: a pure function of the transaction. It is asked on the session's thread, must not
 * block, and may throw {@link LookupUnavailable} only, which refuses for now.
 */
@FunctionalInterface
public interface Restriction {

  Verdict judge(PolicyContext mail);
}
