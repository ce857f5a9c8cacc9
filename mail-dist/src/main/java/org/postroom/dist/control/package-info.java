/** The local socket by which operations are asked of a server: frames of JSON. */
package org.postroom.dist.control;
