/** Mail to owners of accounts that become full. */
package org.postroom.dist.warning;
