/** What a module offers to a server, and what decides in it: parts, doors, generations. */
package org.postroom.core.part;
