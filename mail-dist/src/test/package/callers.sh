# Programs of a machine that send mail by calling sendmail, in the root of clean-root: each call is one mail, with the
# envelope that it means.
# shellcheck shell=bash disable=SC2154

install cron at php-cli git-email libmailtools-perl logwatch apt-listchanges

step "cron: a job's output goes where the alias of root leads; MAILTO and MAILFROM"
cat >"$root/etc/cron.d/ours" <<'END'
@reboot root echo by-cron-for-root
MAILTO=ada@example.org
@reboot root echo by-cron-by-name
@reboot ada echo by-cron-of-ada
MAILTO=""
@reboot root echo by-cron-for-nobody
END
alone cron
arrived by-cron-for-root 'Return-Path: <root@example.org>' 'From: root@example.org (Cron Daemon)' 'by-cron-for-root'
arrived by-cron-by-name 'To: ada@example.org'
arrived by-cron-of-ada 'Return-Path: <ada@example.org>'
[ "$(has by-cron-for-nobody)" = 0 ] || wrong "cron's MAILTO=\"\" sends mail"

step "at"
alone atd
does 'echo "echo by-at" | at now 2>&1'
arrived Output 'Return-Path: <root@example.org>' 'by-at'

step "PHP's mail()"
does "php -r 'exit(mail(\"ada@example.org\", \"by-php\", \"one\\n.\\ntwo\\n\", \"From: shop@example.com\", \"-fshop@example.com\") ? 0 : 1);'"
arrived by-php 'Return-Path: <shop@example.com>' $'one\n.\ntwo'

step "git send-email"
does 'mkdir -p /root/repository && cd /root/repository && git init -q . && git config user.name Root && git config user.email root@example.org && git commit -q --allow-empty -m first && echo x >x && git add x && git commit -q -m by-git && git send-email --quiet --to ada@example.org --confirm=never -1'
arrived by-git 'Return-Path: <root@example.org>' 'Subject: [PATCH] by-git'

step "logwatch"
does 'mkdir -p /var/cache/logwatch && logwatch --output mail --mailto ada@example.org --range all --service zz-sys --subject by-logwatch'
arrived by-logwatch 'To: ada@example.org' 'Logwatch'

step "apt-listchanges"
does 'apt-listchanges --which=changelogs --frontend=mail --email-address=ada@example.org --show-all /var/cache/apt/archives/cron_*.deb'
arrived 'apt-listchanges' 'To: ada@example.org'

step "mdadm --monitor: its call and its words, because there is no array here"
does 'printf "From: mdadm monitoring <root>\nTo: root\nSubject: by-mdadm: TestMessage event on /dev/md0:mail.example.org\n\nThis is an automatically generated mail message.\n" | /usr/lib/sendmail -t'
arrived by-mdadm 'Return-Path: <root@example.org>' 'From: mdadm monitoring <root@example.org>'

kill "$(cat "$root/run/crond.pid")" "$(cat "$root/run/atd.pid")"
