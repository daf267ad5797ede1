#!/bin/bash
# Boots Debian's own systemd as the first process of a throw-away container: this machine's files under an overlay in memory, everything else
# of its own. Run inside fresh namespaces (`unshare`); what it mounts ends with them.
#   boot.sh FOLDER DESK
set -euo pipefail
folder=$1 desk=$2

mount -t tmpfs -o size=2g tmpfs "$folder"
mkdir "$folder/upper" "$folder/work" "$folder/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$folder/upper,workdir=$folder/work" "$folder/root"
root=$folder/root
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
for place in run tmp dev; do
    mount -t tmpfs tmpfs "$root/$place"
done
for node in null zero full random urandom tty; do
    touch "$root/dev/$node"
    mount --bind "/dev/$node" "$root/dev/$node"
done
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts devpts "$root/dev/pts" -o newinstance,ptmxmode=0666,mode=0620
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"

# Nothing of handoffd but what is laid over it.
rm -rf "$root/etc/handoffd" "$root"/var/{lib,cache}/handoffd "$root"/var/{lib,cache}/private/handoffd "$root/usr/bin/handoffd"
rm -f "$root/usr/lib/systemd/system/handoffd.service" "$root/usr/lib/sysusers.d/handoffd.conf" "$root/usr/lib/tmpfiles.d/handoffd.conf"
# (A machine in a container may forbid packages to start and stop services; this one is a machine.)
rm -f "$root/usr/sbin/policy-rc.d"
cp -r "$desk/." "$root/"

cd "$root"
mkdir -p old
pivot_root . old
# (its mounts stay reachable under /old, for as long as the container lives)
# As a container manager does: what systemd mounts for a unit reaches that unit.
mount --make-rshared /
exec env -i container=unshare PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    /lib/systemd/systemd --system --unit=basic.target </dev/null >/dev/null 2>&1
