package org.postroom.core.policy;

/** Which neighbours are trusted where {@code mynetworks} is not given. */
public enum MynetworksStyle {
  /** Exactly the own addresses. */
  HOST,
  /** The networks of the own interfaces. */
  SUBNET,
  /** The whole class A, B or C network of each own address. */
  CLASS
}
