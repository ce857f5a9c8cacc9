package org.postroom.dist.program;

/**
 * A user of this machine (passwd(5)).
 *
 * @param group the number of his first group
 */
record MachineUser(String name, long number, long group, String home, String shell) {}
