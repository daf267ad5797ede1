#!/bin/bash
# Unpacks mail servers that cannot be installed beside Dovecot and Exim, each with whatever it needs that this machine lacks, into a folder of
# its own. Nothing is installed and no script of a package runs: boot.sh lays such a folder over this machine's files, for one server alone.
#   fetch.sh FOLDER
set -euo pipefail
folder=$1

# The name of a folder, and the packages in it.
fetch() {
    local name=$1
    shift
    [ ! -e "$folder/$name/usr" ] || return 0
    rm -rf "${folder:?}/$name.new"
    mkdir -p "$folder/$name.new/packages" "$folder/$name.new/root"
    # What an installation would bring; not what it would only renew (`Inst NAME [OLD VERSION] ...`).
    local packages
    mapfile -t packages < <(apt-get install --simulate --no-install-recommends "$@" | awk '$1 == "Inst" && $3 !~ /^\[/ {print $2}')
    # As root apt fetches under another name, which may not write here: it then says so and fetches as root.
    (cd "$folder/$name.new/packages" && apt-get -qq -o APT::Sandbox::User=root download "${packages[@]}")
    local package
    for package in "$folder/$name.new/packages"/*.deb; do
        dpkg-deb --extract "$package" "$folder/$name.new/root"
    done
    # These are links on this machine, and would be hidden by folders of the same name.
    local place
    for place in bin lib lib64 sbin; do
        [ -d "$folder/$name.new/root/$place" ] || continue
        mkdir -p "$folder/$name.new/root/usr/$place"
        cp -a "$folder/$name.new/root/$place/." "$folder/$name.new/root/usr/$place/"
        rm -r "${folder:?}/$name.new/root/$place"
    done
    (cd "$folder/$name.new/packages" && for package in *.deb; do dpkg-deb --show "$package"; done) > "$folder/$name.new/root/versions"
    rm -rf "${folder:?}/$name"
    mv "$folder/$name.new/root" "$folder/$name"
    rm -r "$folder/$name.new"
    echo "$name: ${#packages[@]} packages in $folder/$name"
}

mkdir -p "$folder"
# The lists of packages may be older than what the archive still has.
[ -e "$folder/cyrus/usr" ] && [ -e "$folder/courier/usr" ] && [ -e "$folder/postfix/usr" ] && exit 0
sudo=""
[ "$(id -u)" = 0 ] || sudo="sudo"
$sudo apt-get -qq update
fetch cyrus cyrus-imapd sasl2-bin
fetch courier courier-imap courier-authlib-userdb
fetch postfix postfix
