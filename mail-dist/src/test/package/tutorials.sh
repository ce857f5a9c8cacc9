# What tutorials on mail servers have people type, in their order, in the root of clean-root: each line ends well and
# says what readers are told to look for.
# shellcheck shell=bash disable=SC2154

install bsd-mailx s-nail mutt openssl

step "tutorial: mail and sendmail on one machine"
shows '/usr/sbin/sendmail' update-alternatives --display mta
shows '/usr/share/postroom/postroom' sh -c 'update-alternatives --set mta /usr/share/postroom/postroom && readlink -f /usr/sbin/sendmail'
does 'echo body | mail -s t0-mail root'
arrived t0-mail 'Return-Path: <root@mail.example.org>' 'From: ' $'\n\nbody'
does 'mail -s t0-file ada </etc/hostname'
arrived t0-file
does 'echo body | mail -s t0-sender -r shop@example.com ada'
arrived t0-sender 'Return-Path: <shop@example.com>'
does 'echo body | s-nail -S expandargv -s t0-dashes ada -- -f shop@example.com'
arrived t0-dashes 'Return-Path: <shop@example.com>'
# Submission by TLS from the first octet, as s-nail's and heirloom's .mailrc say it.
cat >"$root/root/.mailrc" <<'END'
set v15-compat
set mta=smtps://ada:correct%20horse@localhost:465
set smtp-auth=login
set from=ada@mail.example.org
set tls-ca-file=/root/ca.pem
END
does 'echo body | s-nail -s t0-smtps ada@mail.example.org'
rm "$root/root/.mailrc"
arrived t0-smtps 'Return-Path: <ada@mail.example.org>' 'with ESMTPSA'
shows 'Verify return code: 0 (ok)' openssl s_client -connect localhost:465 -CAfile /root/ca.pem -verify_hostname localhost -showcerts
shows 'Verify return code: 0 (ok)' openssl s_client -connect localhost:25 -starttls smtp -CAfile /root/ca.pem -verify_hostname localhost
shows 'queue is empty' mailq
# Nobody's mail comes back.
does 'echo body | mail -s t0-lost -r ada nobody-here'
arrived Undelivered 'Return-Path: <>' 'nobody-here@mail.example.org' 'Status: 5.1.1'
# Where no name server answers, mail waits, and the queue says why.
does 'echo body | mail -s t0-waits -r ada you@example.net'
for _ in $(seq 50); do
  ! alone mailq | grep -q 'you@example.net' || break
  pause
done
shows 'you@example.net' mailq
shows 'you@example.net' sendmail -bp
does 'grep -E "to=<you@example.net>.*status=deferred" /var/log/postroom/mail.log | tail -n 1'
does 'grep -E "to=<ada@mail.example.org>.*status=sent" /var/log/postroom/mail.log | tail -n 1'
shows 'host name' postroom self

step "tutorial: Postfix and Dovecot for a domain"
cat >>"$root/etc/aliases" <<'END'
info: postmaster
sales: ada, bob
END
does 'postconf -e myhostname=mail.example.org mydomain=example.org "myorigin=\$mydomain" inet_interfaces=all "mydestination=\$myhostname, localhost.\$mydomain, localhost, \$mydomain" mynetworks=127.0.0.0/8 recipient_delimiter=+'
does 'postalias /etc/aliases && newaliases'
shows 'postmaster' postalias -q info hash:/etc/aliases
does 'postfix check'
does 'postfix reload'
shows 'mydomain = example.org' postconf -n
cat >"$root/etc/postroom/dovecot.conf" <<'END'
protocols = imap pop3 lmtp
listen = *
login_greeting = Mail here.
!include_try conf.d/*.conf
END
shows 'protocols = imap pop3 lmtp' doveconf -n -c /etc/postroom/dovecot.conf
does 'postfix stop && postfix start'
shows "Mail here." sh -c 'echo QUIT | openssl s_client -quiet -connect localhost:995 2>/dev/null'
shows 'passdb: ada auth succeeded' doveadm auth test ada 'correct horse'
shows 'ada' doveadm user '*'
shows 'INBOX' doveadm mailbox list -u ada
shows 'messages' doveadm mailbox status -u ada 'messages' INBOX
shows 'STORAGE' doveadm quota get -u ada
does 'echo body | mail -s t1-alias info@example.org'
arrived t1-alias 'Return-Path: <root@example.org>'
does 'echo body | mail -s t1-list sales'
arrived t1-list
shows 't1-list' doveadm fetch -u bob hdr.subject mailbox INBOX
does 'echo body | mail -s t1-tagged ada+lists@example.org'
arrived t1-tagged
shows '250-SMTPUTF8' sh -c '{ sleep 1; echo EHLO you; sleep 1; echo QUIT; sleep 1; } | curl -sS telnet://localhost:25' # by hand
shows '1 ' curl -sS --cacert /root/ca.pem --user 'ada:correct horse' pop3s://localhost/
shows 'MX' postroom dns zone example.org
does 'printf "correct horse\n" | postroom user add cyd@example.org'
shows 'cyd@example.org' postroom user list

step "tutorial: sending from the command line"
head -c 3000000 /dev/urandom >"$root/root/picture.bin"
does 'echo body | s-nail -s t2-attachment -a /root/picture.bin ada bob'
arrived t2-attachment 'filename="picture.bin"'
does 'echo body | mutt -s t2-mutt -a /root/picture.bin -- ada'
arrived t2-mutt 'filename="picture.bin"'
does 'echo body | EMAIL=shop@example.com mutt -e "set use_envelope_from=yes" -s t2-mutt-from ada'
arrived t2-mutt-from 'Return-Path: <shop@example.com>'
does 'echo body | mail -v -s t2-verbose ada'
# Without a server of one's own: its configuration is away, and a provider's is there.
cat >"$root/etc/msmtprc" <<'END'
defaults
auth on
tls on
tls_trust_file /root/ca.pem

account shop
host localhost
port 465
tls_starttls off
from ada@example.org
user ada
passwordeval echo correct horse

account default : shop
END
does 'chmod 600 /etc/msmtprc && mv /etc/postroom/main.cf /etc/postroom/main.cf.away'
does 'printf "To: ada@example.org\nSubject: t2-null-client\n\nbody\n" | sendmail -t'
does 'mv /etc/postroom/main.cf.away /etc/postroom/main.cf && rm /etc/msmtprc'
arrived t2-null-client 'Return-Path: <ada@example.org>' 'with ESMTPSA'

step "tutorial: main.cf, name by name"
shows '127.0.0.0/8' postconf -h mynetworks
shows 'message_size_limit = 10240000' postconf -d message_size_limit
does 'postconf -e message_size_limit=2000000 "smtpd_banner=\$myhostname ESMTP"'
does 'postconf -e "smtpd_recipient_restrictions=permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination, reject_non_fqdn_recipient"'
printf '%s\n' 'shop@example.org ada' '@other.example ada' >"$root/etc/postroom/virtual"
does 'postmap /etc/postroom/virtual'
shows 'ada' postmap -q shop@example.org hash:/etc/postroom/virtual
does 'postconf -e virtual_alias_maps=hash:/etc/postroom/virtual virtual_alias_domains=other.example'
does 'postfix reload'
shows 'message_size_limit = 2000000' postconf -n
does 'echo body | mail -s t3-virtual shop@example.org'
arrived t3-virtual
does 'echo body | mail -s t3-catch-all anybody@other.example'
arrived t3-catch-all
refuses 55 '' curl -sS --url smtp://localhost:25 --mail-from you@example.com --mail-rcpt ada@example.org --upload-file /root/picture.bin
does 'printf "Subject: x\n\nx\n" >/root/small'
# A stranger: his own address, and a domain that is not ours.
refuses 55 '' curl -sS --interface 192.0.2.1 --url smtp://192.0.2.1:25 --mail-from you@example.com --mail-rcpt you@example.net --upload-file /root/small
does 'grep -m 1 "Relay access denied" /var/log/postroom/mail.log'
shows 'AUTH ' sh -c 'curl -sS --cacert /root/ca.pem --user "ada:correct horse" --url smtps://localhost:465 --mail-from ada@example.org --mail-rcpt ada@example.org --upload-file /root/small -v'
shows 'RCPT TO:<ada@example.org>: taken' postroom explain ada@example.org
does 'postconf -X smtpd_recipient_restrictions message_size_limit smtpd_banner && postfix reload'

step "tutorial: running sendmail"
shows 'Version Postroom' sendmail -d0 -bv ada
shows 'ada@example.org... deliverable' sendmail -bv ada
shows '250' sh -c 'printf "EHLO me\r\nMAIL FROM:<you@example.com>\r\nRCPT TO:<ada>\r\nDATA\r\nSubject: t4-bs\r\n\r\nx\r\n.\r\nQUIT\r\n" | sendmail -bs'
arrived t4-bs 'Return-Path: <you@example.com>'
shows 'ada' sh -c 'echo ada | sendmail -bt'
does 'sendmail -bi && sendmail -v -bi'
does 'echo body | mail -s t4-waits-for-sally -r ada sally@example.net'
for _ in $(seq 50); do
  ! alone mailq | grep -q 'sally@example.net' || break
  pause
done
does 'sendmail -qRsally && sendmail -qSnobody && sendmail -q'
id=$(alone mailq | awk '/^[0-9A-Za-z]+[*!]? +[0-9]+ / { id = $1 } /sally@example.net$/ { print id }')
shows 't4-waits-for-sally' postcat -q "$id"
shows 'sally@example.net' postroom queue show "$id"
does "postqueue -i $id && postqueue -f && postqueue -j"
does "postsuper -h $id && postsuper -H $id && postsuper -d ALL"
shows 'queue is empty' mailq
does 'printf "To: ada\nCc: bob\nBcc: cyd@example.org\nSubject: t4-dot\n\none\n.\ntwo\n" | sendmail -t -i -f shop@example.com'
arrived t4-dot 'Return-Path: <shop@example.com>' $'one\n.\ntwo'
[[ $(alone doveadm fetch -u cyd@example.org text mailbox INBOX subject t4-dot) != *Bcc* ]] || wrong "a copy shows Bcc"
# The server is away: mail is taken all the same, and comes once it is there.
stop
for one in 1 2 3; do does "echo body | sendmail -i -F Somebody ada <<END
Subject: t4-spooled-$one

body
END"; done
shows 'in 3 Requests' mailq -Ac
start
for one in 1 2 3; do arrived t4-spooled-$one; done
refuses 1 'already running' postfix start
