#!/usr/bin/env bash
# Makes a copy of HaaS's database in a folder, while the database is in use, and prints its name: HAAS_OWNER_URL=… backup.sh <folder>
# The copy is whole or not there at all, is of one moment, and is for its owner alone to read: it holds everything that HaaS knows.
set -euo pipefail
umask 077
source "$(dirname "$(readlink -f "$0")")/connection.sh"

(($# == 1)) || fail 'call it with the folder that the copy goes to'
readonly folder=$1
[[ -d $folder && -w $folder ]] || fail "$folder is no folder that can be written to"
read_owner_url
check_programs pg_dump pg_restore

copy=$folder/haas-$(date -u +%Y%m%dT%H%M%SZ).dump
[[ ! -e $copy ]] || fail "$copy is there already"
trap 'rm -f "$copy.unfinished"' EXIT
# A migration that is under way is not waited for longer than that.
pg_dump --format=custom --no-password --lock-wait-timeout=60s --dbname="$database" --file="$copy.unfinished"

# All of it is read back; then it is looked for what must be in it.
pg_restore --file=/dev/null "$copy.unfinished"
contents=$(pg_restore --list "$copy.unfinished")
for table in 'drizzle __drizzle_migrations' 'public commands' 'public nodes' 'public users'; do
  [[ $contents == *" TABLE DATA $table "* ]] || fail "$database holds no table ${table#* }: it is no database of HaaS"
done
sync "$copy.unfinished"
mv "$copy.unfinished" "$copy"
printf '%s\n' "$copy"
