#!/usr/bin/env python3
"""What stands in notifications, without what differs from run to run and between mail systems.

Reads mails from files of a folder and writes one digest for each, sorted. Made of the real Postfix
for postfix.txt, and of ours by NotificationsAsPostfixTest: both must read the same here.
"""
import email
import email.policy
import pathlib
import re
import sys


def value(name, text, mail_id):
    text = " ".join(str(text).split())
    if name in ("Arrival-Date", "Will-Retry-Until", "Last-Attempt-Date"):
        assert email.utils.parsedate_to_datetime(text)
        return "DATE"
    if name.endswith("-Queue-ID"):
        return "ID"
    if name == "Diagnostic-Code" and text.startswith("X-"):
        return "X-NAME; TEXT"
    return text.replace(mail_id, "<ID OF THE MAIL>") if mail_id else text


def neutral(name):
    return re.sub("^X-(Postfix|Postroom)-", "X-NAME-", name)


def digest(octets):
    mail = email.message_from_bytes(octets, policy=email.policy.compat32)
    assert not mail.defects, mail.defects
    parts = mail.get_payload()
    assert len(parts) == 3, len(parts)
    text, status, returned = parts
    for part in parts:
        assert not part.defects, part.defects
    if returned.get_content_type() == "message/rfc822":
        original = returned.get_payload(0)
    else:
        original = email.message_from_string(returned.get_payload())
    mail_id = original["Message-ID"]
    lines = []
    for name in ("From", "To", "Subject", "References", "In-Reply-To", "Auto-Submitted"):
        if mail[name] is not None:
            lines.append(f"{name}: {value(name, mail[name], mail_id)}")
    lines.append(f"type {mail.get_content_type()} {mail.get_param('report-type')}")
    for part in parts:
        lines.append(f"part {part.get_content_type()} {part['Content-Description']}")
    for block in status.get_payload():
        lines.append("")
        for name, text_of in sorted(block.items()):
            lines.append(f"{neutral(name)}: {value(name, text_of, mail_id)}")
    words = text.get_payload(decode=True).decode("utf-8")
    for block in status.get_payload()[1:]:
        address = block["Final-Recipient"].split("; ")[1]
        assert f"<{address}>" in words, words
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    digests = [digest(path.read_bytes()) for path in sorted(pathlib.Path(sys.argv[1]).iterdir())]
    sys.stdout.write("\n=====\n\n".join(sorted(digests)))
