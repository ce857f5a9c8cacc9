/** Mail from the application that a server is part of: what is said to it. */
package org.postroom.dist.submit;
