/** Faults that a test has the server, its names and its store make, and what came of them. */
package org.postroom.testkit.fault;
