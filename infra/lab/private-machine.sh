#!/bin/sh
# The first process of a machine within this machine: with a network, processes and folders of its own, that all end with it.
# $1: the repository; what follows: a program and its arguments, run in the repository.
set -eu
repository=$1
shift

mount -t tmpfs -o mode=755 none /run
mkdir /run/haas /run/lab /run/etc
# PostgreSQL runs as another user, who may not pass through the folders above.
mount --bind "$repository" /run/haas
# That user is made where there is none, and libvirt is set up in another way.
cp -a /etc/. /run/etc
mount --bind /run/etc /etc
for folder in /etc/libvirt /var/lib/libvirt /var/cache/libvirt /var/log/libvirt; do
  mount -t tmpfs -o mode=755 none "$folder"
done
mount -t tmpfs -o mode=1777 none /dev/shm
# With the devices of this network, and without control groups, which would be those of the machine around.
mount -t sysfs none /sys

ip link set lo up
# Frames that nobody in this lab sent would only be in the way.
[ ! -e /proc/sys/net/ipv6 ] || echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6

cd /run/haas
# Not exec: the first process takes care of those that have lost their parent, and Node.js does not.
"$@"
exit $?
