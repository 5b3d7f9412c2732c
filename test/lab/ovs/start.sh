#!/bin/sh
# Starts Open vSwitch with its userspace datapath, and hosts at its ports, in namespaces of its own; all of it ends with its input.
# $1: an empty folder; $2: how many ports p1, p2, ... there are to be.
set -eu
# The first process of a namespace takes all others with it, however it ends.
[ $# -gt 2 ] || exec unshare --net --mount --pid --fork --kill-child sh "$0" "$@" inside
folder=$1
ports=$2
export OVS_RUNDIR="$folder" OVS_DBDIR="$folder" OVS_LOGDIR="$folder"
database="unix:$folder/db.sock"
vsctl() { ovs-vsctl --db="$database" --timeout=10 "$@"; }

mount -t proc proc /proc
ovsdb-tool create "$folder/conf.db" /usr/share/openvswitch/vswitch.ovsschema
ovsdb-server "$folder/conf.db" --remote="p$database" --pidfile --detach --no-chdir -vconsole:off --log-file
vsctl --no-wait init
ovs-vswitchd "$database" --pidfile --unixctl="$folder/vswitchd.ctl" --detach --no-chdir -vconsole:off --log-file
vsctl add-br br0 -- set bridge br0 datapath_type=netdev

join() {
  ip link add "$1" type veth peer name "$2"
  for device in "$1" "$2"; do
    # Frames that nobody in this test sent would only be in the way.
    sysctl -qw "net.ipv6.conf.$device.disable_ipv6=1"
    ip link set "$device" up
  done
  vsctl add-port br0 "$1"
}

hosts=
for number in $(seq "$ports"); do
  join "p$number" "h$number"
  hosts="$hosts h$number"
done
# Whatever its port is, what a host sends last comes to the witness when all before it has been forwarded.
join w1 witness
vsctl set port w1 tag=4094
ovs-ofctl add-flow "$folder/br0.mgmt" "priority=65535,dl_type=0x88b6,actions=output:$(vsctl get interface w1 ofport)"
# shellcheck disable=SC2086
exec python3 -I "$(dirname "$0")/hosts.py" $hosts witness
