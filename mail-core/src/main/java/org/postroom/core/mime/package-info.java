/** Reading a message's structure without changing a byte of it. */
package org.postroom.core.mime;
