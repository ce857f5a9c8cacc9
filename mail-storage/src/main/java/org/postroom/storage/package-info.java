/**
 * The public door: {@code SqlStorage.open} gives {@code MailStore}, {@code QueueStore}, {@code
 * Accounts}.
 */
package org.postroom.storage;
