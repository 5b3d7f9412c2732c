#!/bin/sh
# What udhcpc calls with what the DHCP server said.
[ "$1" = bound ] || exit 0
ip addr add "$ip/$mask" dev "$interface"
echo "$siaddr" >/boot-server
echo "booted over the network, by $siaddr, as $ip"
