#!/bin/bash
# Fetches the other programs that benches/peers compares handoffd with into a folder: Python ones into a virtual environment, procmail only
# unpacked. Nothing is installed on the machine. What cannot be fetched is told and left out.
#   install.sh FOLDER
set -uo pipefail
folder=$1
mkdir -p "$folder"

python() {
    local name=$1 package=$2
    [ ! -e "$folder/$name/ready" ] || return 0
    rm -rf "${folder:?}/$name"
    if python3 -m venv "$folder/$name" &&
        "$folder/$name/bin/pip" --quiet --disable-pip-version-check install "$package"; then
        "$folder/$name/bin/pip" --disable-pip-version-check freeze > "$folder/$name/ready"
    else
        rm -rf "${folder:?}/$name"
        echo "LEFT OUT: $package cannot be fetched; it needs python3-venv and a package index for pip" >&2
    fi
}

debian() {
    local name=$1 package=$2
    [ ! -e "$folder/$name/ready" ] || return 0
    rm -rf "${folder:?}/$name"
    mkdir -p "$folder/$name"
    # As root apt fetches under another name, which may not write here.
    if (cd "$folder/$name" && apt-get -qq -o APT::Sandbox::User=root download "$package" && dpkg-deb --extract ./*.deb .); then
        (cd "$folder/$name" && dpkg-deb --show ./*.deb) > "$folder/$name/ready"
    else
        rm -rf "${folder:?}/$name"
        echo "LEFT OUT: $package cannot be fetched; it needs a Debian archive" >&2
    fi
}

python helpdesk django-helpdesk==2.6.1
python roundup roundup==2.6.0
debian procmail procmail
