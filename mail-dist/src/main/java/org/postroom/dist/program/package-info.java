/**
 * Programs that take mail, as pipe(8) and local(8) run them: what they are told, and what is made
 * of how they end.
 */
package org.postroom.dist.program;
