#!/bin/bash
# enter.sh <folder> <repository>: runs the script of its standard input on this machine as it is, while everything that is written stays in
# memory, without a network, and among processes of its own. For `unshare --mount --net --pid --fork --kill-child`, with which all of it ends.
set -e
folder=$1 repository=$2 script=$(cat)
mount --make-rprivate /
mount -t tmpfs -o mode=755 tmpfs "$folder"
mkdir "$folder"/{upper,work,root}
mount -t overlay -o "lowerdir=/,upperdir=$folder/upper,workdir=$folder/work" overlay "$folder/root"
cd "$folder/root"
mount --rbind /dev dev
mount -t proc proc proc
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
mkdir -p ".$repository"
mount --bind "$repository" ".$repository"
ip link set lo up
exec chroot . env -i HOME=/root LC_ALL=C.UTF-8 REPOSITORY="$repository" \
  PATH="$repository/test/support/scratch-machine/programs:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" \
  bash -c "$script" </dev/null 2>&1
