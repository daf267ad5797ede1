#!/bin/bash
# Runs one mail server of target/other-servers as if it were installed: its files over this machine's, what it writes in memory, its own
# process numbers; only the network is this machine's. Run inside fresh mount and pid namespaces (`unshare`): with this process everything ends.
#   boot.sh UNPACKED SPACE KIND PORT USER PASSWORD [CAPABILITIES [RIGHTS]]
#   boot.sh UNPACKED SPACE postfix PORT - - PORT_OF_THE_NEXT_SERVER [KEYWORDS_NOT_OFFERED [SIZE_MAX_BYTES]]
# UNPACKED may be empty (`-`): then the server is one that is installed here. The last two are for Dovecot: what it says that it can (empty: the
# truth), and what its users may do (empty: all).
set -euo pipefail
unpacked=$1 space=$2 kind=$3 port=$4 user=$5 password=$6 capabilities=${7:-} rights=${8:-}

mount -t tmpfs -o size=512m,mode=755 tmpfs "$space"
mkdir "$space/upper" "$space/work" "$space/root"
# Not as a layer of its own: a layer may not lie inside another.
[ "$unpacked" = - ] || cp -a "$unpacked/." "$space/upper/"
mount -t overlay overlay -o "lowerdir=/,upperdir=$space/upper,workdir=$space/work" "$space/root"
root=$space/root
mount -t proc proc "$root/proc"
for place in run tmp dev; do
    mount -t tmpfs -o mode=755 tmpfs "$root/$place"
done
chmod 1777 "$root/tmp"
for node in null zero full random urandom; do
    touch "$root/dev/$node"
    mount --bind "/dev/$node" "$root/dev/$node"
done
# Whoever logs without being asked to: to our standard error.
ln -s /proc/self/fd "$root/dev/fd"
ln -s fd/1 "$root/dev/stdout"
ln -s fd/2 "$root/dev/stderr"

account() {
    grep -q "^$1:" "$root/etc/group" || echo "$1:x:$2:" >> "$root/etc/group"
    grep -q "^$1:" "$root/etc/passwd" || echo "$1:x:$2:$3::/nonexistent:/bin/sh" >> "$root/etc/passwd"
}
inside() {
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C chroot "$root" "$@"
}

cyrus() {
    account cyrus 790 8
    mkdir -p "$root"/{run/cyrus/{socket,lock,proc},var/lib/cyrus/{db,socket,proc,log,msg},var/spool/cyrus/mail,var/spool/sieve}
    touch "$root/var/lib/cyrus/user_deny.db"
    cat > "$root/etc/imapd.conf" <<END
configdirectory: /var/lib/cyrus
partition-default: /var/spool/cyrus/mail
defaultpartition: default
proc_path: /run/cyrus/proc
mboxname_lockpath: /run/cyrus/lock
sievedir: /var/spool/sieve
admins: cyrus
allowplaintext: yes
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_mech_list: PLAIN
altnamespace: $1
unixhierarchysep: $1
autocreate_quota: 0
autocreate_post: yes
imapidlepoll: 60
idlesocket: /run/cyrus/socket/idle
lmtpsocket: /run/cyrus/socket/lmtp
duplicatesuppression: no
END
    cat > "$root/etc/cyrus.conf" <<END
START {
    recover cmd="/usr/lib/cyrus/bin/ctl_cyrusdb -r"
    idled cmd="/usr/lib/cyrus/bin/idled"
}
SERVICES {
    imap cmd="/usr/lib/cyrus/bin/imapd -U 30" listen="127.0.0.1:$port" proto="tcp4" prefork=0 maxchild=50
}
EVENTS {
}
END
    inside chown -R cyrus:mail /run/cyrus /var/lib/cyrus /var/spool/cyrus /var/spool/sieve
    printf '%s' "$password" | inside saslpasswd2 -p -c -u localhost "$user"
    # The domain is that of this machine's name, unless it is told.
    echo "servername: localhost" >> "$root/etc/imapd.conf"
    inside chown cyrus:mail /etc/sasldb2
    inside /usr/lib/cyrus/bin/master -M /etc/cyrus.conf -C /etc/imapd.conf
}

courier() {
    account courier 791 791
    account vmail 792 792
    mkdir -p "$root"/{run/courier/authdaemon,var/lib/courier,srv/mail}
    mkdir -p "$root/etc/courier/shared"
    inside chown -R courier:courier /run/courier /var/lib/courier
    inside maildirmake.courier /srv/mail/Maildir
    inside chown -R vmail:vmail /srv/mail
    sed -i 's/^authmodulelist=.*/authmodulelist="authuserdb"/' "$root/etc/courier/authdaemonrc"
    sed -i -e "s/^PORT=.*/PORT=$port/" -e 's/^ADDRESS=.*/ADDRESS=127.0.0.1/' -e 's/^MAXPERIP=.*/MAXPERIP=40/' "$root/etc/courier/imapd"
    hash=$(printf '%s\n%s\n' "$password" "$password" | inside userdbpw -md5)
    inside userdb "$user" set uid=792 gid=792 home=/srv/mail mail=/srv/mail/Maildir "systempw=$hash"
    chmod 600 "$root/etc/courier/userdb"
    inside makeuserdb
    inside authdaemond start
    (
        set -a
        # shellcheck disable=SC1091
        . "$root/etc/courier/imapd"
        exec chroot "$root" couriertcpd -address=127.0.0.1 -maxprocs=40 -maxperip=40 -nodnslookup -noidentlookup "$port" \
            /usr/lib/courier/courier/imaplogin /usr/bin/imapd Maildir
    )
}

# Takes what comes from this machine without a login, and hands it all to another server here.
postfix() {
    account postfix 793 793
    account postdrop 794 794
    mkdir -p "$root"/{etc/postfix,var/lib/postfix,var/spool/postfix}
    cp "$root/usr/share/postfix/master.cf.dist" "$root/etc/postfix/master.cf"
    # The one service that listens, on our port, and nothing in a jail of its own.
    sed -i -e "s/^smtp \+inet .*/127.0.0.1:$port inet n - n - - smtpd/" \
        -e 's/^\([a-z]\+ \+[a-z]\+ \+[-yn] \+[-yn] \+\)y/\1n/' "$root/etc/postfix/master.cf"
    cat > "$root/etc/postfix/main.cf" <<END
compatibility_level = 3.6
maillog_file = /dev/stdout
myhostname = postfix.localhost
mydestination =
alias_maps =
mynetworks = 127.0.0.0/8
relayhost = [127.0.0.1]:$1
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtp_tls_security_level = none
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions =
    check_recipient_access inline:{ {away@gone.example = 550 5.1.1 nobody of that name} }
smtpd_discard_ehlo_keywords = $2
message_size_limit = $3
END
    inside chown postfix /var/lib/postfix
    inside chgrp postdrop /usr/sbin/postqueue /usr/sbin/postdrop
    inside chmod g+s /usr/sbin/postqueue /usr/sbin/postdrop
    inside postfix start-fg
}

dovecot() {
    mkdir -p "$root/srv/mail"
    inside chown mail:mail /srv/mail
    cat > "$root/etc/throw-away.conf" <<END
base_dir = /run/dovecot
state_dir = /run/dovecot-state
log_path = /dev/stderr
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_failure_delay = 0
first_valid_uid = 1
mail_max_userip_connections = 100
mail_location = maildir:/srv/mail/%u
mail_fsync = never
passdb {
  driver = static
  args = password=$password
}
userdb {
  driver = static
  args = uid=mail gid=mail home=/srv/mail/%u
}
service imap-login {
  inet_listener imap {
    port = $port
  }
}
namespace inbox {
  inbox = yes
}
END
    [ -z "$capabilities" ] || printf 'protocol imap {\n  imap_capability = %s\n}\n' "$capabilities" >> "$root/etc/throw-away.conf"
    if [ -n "$rights" ]; then
        printf '* owner %s\n' "$rights" > "$root/etc/throw-away.acl"
        printf 'mail_plugins = acl\nplugin {\n  acl = vfile:/etc/throw-away.acl\n}\n' >> "$root/etc/throw-away.conf"
    fi
    inside dovecot -F -c /etc/throw-away.conf
}

case $kind in
    dovecot) dovecot & ;;
    postfix) postfix "$capabilities" "$rights" "${9:-10240000}" & ;;
    cyrus) cyrus yes & ;;
    cyrus-classic) cyrus no & ;;
    courier) courier & ;;
    *) echo "no such server: $kind" >&2; exit 1 ;;
esac
trap 'exit 0' TERM
wait
