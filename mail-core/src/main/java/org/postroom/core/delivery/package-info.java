/** Mail that leaves: attempts, for who writes transports of his own, and what they come to. */
package org.postroom.core.delivery;
