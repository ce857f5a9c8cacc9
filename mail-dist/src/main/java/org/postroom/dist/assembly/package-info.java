/**
 * What a server is made of, and the inside of one, for the house's own tools: nothing of it is
 * shown to applications.
 */
package org.postroom.dist.assembly;
