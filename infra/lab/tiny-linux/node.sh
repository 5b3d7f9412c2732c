# A node that was booted over the network: tells from where, and gives its console a shell.
ip link set eth0 up
udhcpc -q -n -t 10 -T 1 -i eth0 -s /udhcpc.sh
export PS1='node# '
while :; do setsid cttyhack sh; done
