#!/bin/sh
# Starts libvirt and an Open vSwitch with bridge br0 in namespaces of their own; all of it, machines too, ends with its input.
# $1: an empty folder.
set -eu
# The first process of a namespace takes all others with it, however it ends.
[ $# -gt 1 ] || exec unshare --net --mount --pid --fork --kill-child sh "$0" "$@" inside
folder=$1

mount --make-rprivate /
mount -t proc proc /proc
# What both programs find by fixed paths is in the folder, and nobody else's.
for place in etc/libvirt var/lib/libvirt run/libvirt var/cache/libvirt var/log/libvirt run/openvswitch; do
  mkdir -p "$folder/$place" "/$place"
  mount --bind "$folder/$place" "/$place"
done
ip link set lo up

export OVS_RUNDIR=/run/openvswitch OVS_DBDIR=/run/openvswitch OVS_LOGDIR=/run/openvswitch
ovsdb-tool create "$OVS_DBDIR/conf.db" /usr/share/openvswitch/vswitch.ovsschema
ovsdb-server "$OVS_DBDIR/conf.db" --remote=punix:/run/openvswitch/db.sock --pidfile --detach --no-chdir -vconsole:off --log-file
ovs-vsctl --no-wait init
ovs-vswitchd --pidfile --detach --no-chdir -vconsole:off --log-file
ovs-vsctl --timeout=10 add-br br0 -- set bridge br0 datapath_type=netdev

cat > /etc/libvirt/libvirtd.conf <<CONF
unix_sock_dir = "$folder"
unix_sock_rw_perms = "0700"
auth_unix_ro = "none"
auth_unix_rw = "none"
CONF
cat > /etc/libvirt/qemu.conf <<CONF
user = "root"
group = "root"
dynamic_ownership = 0
remember_owner = 0
security_driver = "none"
namespaces = []
cgroup_controllers = []
stdio_handler = "file"
CONF
libvirt() {
  libvirtd --daemon --config /etc/libvirt/libvirtd.conf --pid-file "$folder/libvirtd.pid" 2> "$folder/libvirtd.log" || {
    cat "$folder/libvirtd.log" >&2
    exit 1
  }
}
# What libvirt ends must also be waited for, or it is still there. The first process does that as long as it waits for another.
(
  libvirt
  echo ready
  while read -r order; do
    case $order in
      stop)
        libvirtd=$(cat "$folder/libvirtd.pid")
        kill -9 "$libvirtd"
        while kill -0 "$libvirtd" 2> /dev/null; do sleep 0.01; done
        ;;
      start) libvirt ;;
    esac
    echo "$order"
  done
)
